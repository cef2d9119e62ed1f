//! Questions at the terminal.

use std::io::{self, BufRead, IsTerminal, Write};

use nix::sys::termios::{LocalFlags, SetArg, tcgetattr, tcsetattr};

/// Whether somebody is there to answer.
pub(super) fn is_possible() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// Asks for a line that is not shown. The question goes to standard error: standard output is for data.
pub(super) fn hidden(question: &str) -> io::Result<String> {
    let stdin = io::stdin();
    let shown = tcgetattr(&stdin)?;
    let mut silent = shown.clone();
    silent.local_flags.remove(LocalFlags::ECHO);
    write!(io::stderr(), "{question}: ")?;
    tcsetattr(&stdin, SetArg::TCSAFLUSH, &silent)?;
    let mut line = String::new();
    let read = stdin.lock().read_line(&mut line);
    // Echo comes back whatever happened to the line.
    tcsetattr(&stdin, SetArg::TCSAFLUSH, &shown)?;
    writeln!(io::stderr())?;
    read?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}
