//! RFC 3339 times, which keep their text because the text is what was signed.

use std::fmt;

/// A time as written, and the Unix second that it falls in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timestamp {
    text: String,
    unix_seconds: u64,
}

/// A text that is no RFC 3339 time, or a time outside the years 1970 to 9999.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is not an RFC 3339 time from 1970 to 9999, such as 2026-11-22T10:00:00Z")]
pub struct TimestampError(String);

/// First second of the year 10000.
const END: i64 = 253_402_300_800;
/// `YYYY-MM-DDTHH:MM:SS`, where a digit stands for a digit.
const SHAPE: &[u8] = b"0000-00-00T00:00:00";

impl Timestamp {
    /// The time of a Unix second, in UTC.
    pub fn from_unix_seconds(seconds: u64) -> Result<Self, TimestampError> {
        let refuse = || TimestampError(seconds.to_string());
        let signed = i64::try_from(seconds).ok().filter(|signed| *signed < END).ok_or_else(refuse)?;
        let (days, rest) = (signed / 86_400, signed % 86_400);
        let (year, month, day) = civil_of_days(days);
        let (hour, minute, second) = (rest / 3600, rest / 60 % 60, rest % 60);
        let text = format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z");
        Ok(Self { text, unix_seconds: seconds })
    }

    /// Reads an RFC 3339 time: upper-case `T` and `Z`, up to nine digits of a second.
    pub fn parse(text: &str) -> Result<Self, TimestampError> {
        let refuse = || TimestampError(text.chars().take(40).collect());
        let unix_seconds = seconds_of(text.as_bytes()).ok_or_else(refuse)?;
        Ok(Self { text: text.to_owned(), unix_seconds })
    }

    /// The Unix second that the time falls in.
    pub const fn unix_seconds(&self) -> u64 {
        self.unix_seconds
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

fn seconds_of(text: &[u8]) -> Option<u64> {
    let (head, tail) = text.split_at_checked(SHAPE.len())?;
    let fits = |(byte, shape): (&u8, &u8)| if *shape == b'0' { byte.is_ascii_digit() } else { byte == shape };
    if !head.iter().zip(SHAPE).all(fits) {
        return None;
    }
    let number = |range: std::ops::Range<usize>| {
        head[range].iter().fold(0i64, |number, digit| number * 10 + i64::from(digit - b'0'))
    };
    let (year, month, day) = (number(0..4), number(5..7), number(8..10));
    let (hour, minute, second) = (number(11..13), number(14..16), number(17..19));
    // A leap second counts as the one before it, as Unix time has none.
    if !(1..=12).contains(&month) || hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    if day < 1 || day > days_in(year, month) {
        return None;
    }
    let local = days_of_civil(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second.min(59);
    let unix = local - offset_of(without_fraction(tail)?)?;
    u64::try_from(unix).ok().filter(|_| unix < END)
}

fn without_fraction(tail: &[u8]) -> Option<&[u8]> {
    let Some(digits) = tail.strip_prefix(b".") else { return Some(tail) };
    let count = digits.iter().take_while(|byte| byte.is_ascii_digit()).count();
    (1..=9).contains(&count).then(|| &digits[count..])
}

fn offset_of(zone: &[u8]) -> Option<i64> {
    match zone {
        b"Z" => Some(0),
        [sign @ (b'+' | b'-'), h1, h2, b':', m1, m2] if [h1, h2, m1, m2].iter().all(|byte| byte.is_ascii_digit()) => {
            let pair = |tens: &u8, ones: &u8| i64::from((tens - b'0') * 10 + (ones - b'0'));
            let (hours, minutes) = (pair(h1, h2), pair(m1, m2));
            let seconds = hours * 3600 + minutes * 60;
            (hours < 24 && minutes < 60).then_some(if *sign == b'-' { -seconds } else { seconds })
        }
        _ => None,
    }
}

fn days_in(year: i64, month: i64) -> i64 {
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        2 if is_leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days since 1970-01-01 of a date in the proleptic Gregorian calendar. Years are counted from
/// March, so that the leap day is the last of its year and months follow a straight line.
fn days_of_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

/// The inverse of [`days_of_civil`].
fn civil_of_days(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let (day, month) = (day_of_year - (153 * shifted + 2) / 5 + 1, (shifted + 2) % 12 + 1);
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_times_read_as_their_second() {
        let check = |text: &str, seconds| {
            assert_eq!(Timestamp::parse(text).map(|time| time.unix_seconds()), Ok(seconds), "{text}");
        };
        check("1970-01-01T00:00:00Z", 0);
        check("2000-02-29T12:34:56Z", 951_827_696);
        check("2021-09-30T16:25:24Z", 1_633_019_124);
        check("2026-11-22T11:00:00.123456789+01:00", 1_795_341_600);
        check("2026-11-22T09:30:00.5-00:30", 1_795_341_600);
        check("2016-12-31T23:59:60Z", 1_483_228_799);
        check("9999-12-31T23:59:59Z", 253_402_300_799);
    }

    #[test]
    fn texts_that_are_no_time_are_refused() {
        for text in [
            "",
            "2026-11-22",
            "2026-11-22 10:00:00Z",
            "2026-11-22t10:00:00Z",
            "2026-11-22T10:00:00z",
            "2026-11-22T10:00:00",
            "2026-11-22T10:00:00.Z",
            "2026-11-22T10:00:00.1234567890Z",
            "2026-11-22T24:00:00Z",
            "2026-11-22T10:60:00Z",
            "2026-13-01T10:00:00Z",
            "2026-02-29T10:00:00Z",
            "2100-02-29T10:00:00Z",
            "2026-11-00T10:00:00Z",
            "2026-11-22T10:00:00+24:00",
            "2026-11-22T10:00:00+0100",
            "2026-11-22T10:00:00Z ",
            "+026-11-22T10:00:00Z",
            "1969-12-31T23:59:59Z",
            "1970-01-01T00:00:00+00:01",
            "2026-11-22T10:00:0é",
        ] {
            assert_eq!(Timestamp::parse(text), Err(TimestampError(text.to_owned())), "{text}");
        }
    }

    #[test]
    fn every_day_of_eight_centuries_survives_the_round_trip() {
        for day in 0..292_194u64 {
            let time = Timestamp::from_unix_seconds(day * 86_400 + day % 86_400).expect("before the year 10000");
            assert_eq!(Timestamp::parse(&time.to_string()), Ok(time));
        }
    }

    #[test]
    fn seconds_past_the_year_9999_are_refused() {
        assert!(Timestamp::from_unix_seconds(253_402_300_799).is_ok());
        assert!(Timestamp::from_unix_seconds(253_402_300_800).is_err());
        assert!(Timestamp::from_unix_seconds(u64::MAX).is_err());
    }
}
