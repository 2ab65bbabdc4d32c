//! Instants, and when people work.

use jiff::Timestamp;

use super::random::Random;

/// Seconds since 1970.
pub(crate) type At = i64;

pub(crate) const HOUR: i64 = 3600;
pub(crate) const DAY: i64 = 24 * HOUR;

/// An instant as GitHub writes it.
pub(crate) fn stamp(at: At) -> String {
    // Instants of this module are within 180 days and a lifetime of `now`.
    Timestamp::from_second(at).unwrap_or(Timestamp::UNIX_EPOCH).to_string()
}

/// 0 is Monday.
pub(crate) fn weekday(at: At) -> i64 {
    // 1970-01-01 was a Thursday.
    (at.div_euclid(DAY) + 3).rem_euclid(7)
}

pub(crate) fn is_working_day(at: At) -> bool {
    weekday(at) < 5
}

/// An instant of that day at which people start things: most in the late morning and after lunch.
pub(crate) fn working_hour(day: At, random: &mut Random) -> At {
    let (hour, spread) = if random.chance(0.55) { (10.4, 0.10) } else { (15.0, 0.07) };
    day.div_euclid(DAY) * DAY + (random.log_normal(hour, spread) * HOUR as f64) as i64
}

/// When somebody gets to what is due then: at once within working hours, else the next working morning. A few work late.
pub(crate) fn attended(due: At, random: &mut Random) -> At {
    let hour = due.rem_euclid(DAY) / HOUR;
    if random.chance(0.05) || (is_working_day(due) && (8..18).contains(&hour)) {
        return due;
    }
    let mut day = due.div_euclid(DAY) * DAY + if hour >= 18 { DAY } else { 0 };
    while !is_working_day(day) {
        day += DAY;
    }
    day + 8 * HOUR + (random.unit() * 2.5 * HOUR as f64) as i64
}
