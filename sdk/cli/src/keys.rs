//! Which key signs, and how it is opened.
//!
//! Of a keystore, a development account and a raw key the one set closest to the command wins (flag before
//! environment before file). Raw keys and development accounts sign on chain 31337 only; the chain crate
//! refuses them anywhere else, so that a copied command cannot spend real money from a shell history.

mod prompt;

use std::{
    fs,
    path::{Path, PathBuf},
};

use usufruct_chain::Signer;

use crate::{
    errors::{Exit, Fault},
    settings::{Origin, Settings},
};

/// Longest password file that is read.
const PASSWORD_BYTES_MAX: usize = 4096;

/// The key that the settings name.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Choice {
    Keystore(PathBuf),
    Development(u32),
    Raw(String),
}

/// Opens the key that the settings name.
pub(crate) async fn signer(settings: &Settings) -> anyhow::Result<Signer> {
    match choose(settings)? {
        Choice::Development(index) => Ok(Signer::development(usize::try_from(index)?)?),
        Choice::Raw(key) => Ok(Signer::from_raw_key(&key)?),
        Choice::Keystore(path) => {
            let path = locate(settings, &path)?;
            let password = password(settings, &format!("Password of {}", path.display()), false)?;
            // scrypt takes a second on purpose: not on a thread that answers others.
            Ok(tokio::task::spawn_blocking(move || Signer::from_keystore(&path, &password)).await??)
        }
    }
}

/// The password for a new or an existing key: file, environment, then the terminal.
pub(crate) fn password(settings: &Settings, question: &str, is_new: bool) -> anyhow::Result<String> {
    let is_file_closer = match (&settings.password_file, &settings.password) {
        (Some(file), Some(word)) => rank(&file.origin) <= rank(&word.origin),
        (file, _) => file.is_some(),
    };
    if let (Some(file), true) = (&settings.password_file, is_file_closer) {
        return password_of_file(&file.value);
    }
    if let Some(word) = &settings.password {
        return Ok(word.value.clone());
    }
    let needed = || {
        Fault::new(Exit::Usage, "password_needed", "a password is needed and nobody is there to ask")
            .next("pass --password-file FILE or set USUFRUCT_PASSWORD")
    };
    if settings.json || !prompt::is_possible() {
        return Err(needed().into());
    }
    let word = prompt::hidden(question)?;
    if is_new && prompt::hidden("Once more")? != word {
        return Err(Fault::usage("the two passwords differ").into());
    }
    Ok(word)
}

/// A keystore by path, or by the name it was kept under.
pub(crate) fn locate(settings: &Settings, named: &Path) -> Result<PathBuf, Fault> {
    let kept = settings.keys_dir().join(named);
    match () {
        () if named.is_file() => Ok(named.to_owned()),
        // A path with folders in it is no name, so that `../x` does not read beside the keys.
        () if named.components().count() == 1 && kept.is_file() => Ok(kept),
        () => Err(Fault::not_found(format!("there is no keystore {}", named.display()))
            .next("`usufruct wallet list` shows kept keys, `usufruct wallet new NAME` makes one")),
    }
}

fn choose(settings: &Settings) -> Result<Choice, Fault> {
    let keystore = settings.keystore.as_ref().map(|set| (rank(&set.origin), Choice::Keystore(set.value.clone())));
    let development = settings.dev_account.as_ref().map(|set| (rank(&set.origin), Choice::Development(set.value)));
    let raw = settings.private_key.as_ref().map(|set| (rank(&set.origin), Choice::Raw(set.value.clone())));
    let closest = [keystore, development, raw].into_iter().flatten().min_by_key(|&(rank, _)| rank);
    closest.map(|(_, choice)| choice).ok_or_else(|| {
        Fault::new(Exit::Usage, "no_key", "this needs a key to sign with and none is set")
            .next("pass --keystore NAME (make one with `usufruct wallet new NAME`), or --dev-account N on a dev chain")
    })
}

const fn rank(origin: &Origin) -> u8 {
    match origin {
        Origin::Flag => 0,
        Origin::Environment(_) => 1,
        Origin::File(_) => 2,
        Origin::Node(_) => 3,
        Origin::Default => 4,
    }
}

/// The first line of a file: editors add a line end that nobody means as part of the password.
fn password_of_file(path: &Path) -> anyhow::Result<String> {
    let fault = |reason: String| {
        Fault::new(Exit::Usage, "password_file", format!("cannot read the password file {}", path.display()))
            .because(reason)
    };
    let text = fs::read_to_string(path).map_err(|error| fault(error.to_string()))?;
    if text.len() > PASSWORD_BYTES_MAX {
        return Err(fault(format!("it has more than {PASSWORD_BYTES_MAX} bytes")).into());
    }
    Ok(text.lines().next().unwrap_or_default().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{args::Global, settings::Environment};

    fn settings(global: Global, environment: &[(&str, &str)]) -> Settings {
        let global = Global { data_dir: Some("/nonexistent".into()), ..global };
        let environment: Environment =
            environment.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect();
        Settings::load(&global, environment).expect("loads")
    }

    #[test]
    fn the_key_set_closest_to_the_command_wins() {
        let environment = [("USUFRUCT_PRIVATE_KEY", "0x01"), ("USUFRUCT_KEYSTORE", "alice")];
        let flag = settings(Global { dev_account: Some(3), ..Global::default() }, &environment);
        assert_eq!(choose(&flag).expect("set"), Choice::Development(3));
        let of_environment = settings(Global::default(), &environment);
        assert_eq!(choose(&of_environment).expect("set"), Choice::Keystore("alice".into()));
        let raw = settings(Global::default(), &environment[..1]);
        assert_eq!(choose(&raw).expect("set"), Choice::Raw("0x01".to_owned()));
        assert!(choose(&settings(Global::default(), &[])).is_err());
    }

    #[test]
    fn a_password_file_counts_up_to_its_line_end() {
        let dir = tempfile::tempdir().expect("a directory");
        let path = dir.path().join("pw");
        fs::write(&path, "with space \r\nignored").expect("writes");
        assert_eq!(password_of_file(&path).expect("reads"), "with space ");
        assert!(password_of_file(&dir.path().join("absent")).is_err());
    }

    #[test]
    fn a_name_finds_a_kept_key_and_a_path_does_not_leave_the_folder() {
        let dir = tempfile::tempdir().expect("a directory");
        fs::create_dir(dir.path().join("keys")).expect("makes");
        fs::write(dir.path().join("keys/alice"), "{}").expect("writes");
        fs::write(dir.path().join("outside"), "{}").expect("writes");
        let global = Global { data_dir: Some(dir.path().to_owned()), ..Global::default() };
        let settings = Settings::load(&global, Environment::new()).expect("loads");
        assert_eq!(locate(&settings, Path::new("alice")).expect("kept"), dir.path().join("keys/alice"));
        assert!(locate(&settings, Path::new("../outside")).is_err());
        assert!(locate(&settings, Path::new("bob")).is_err());
    }
}
