import Host

/// When metadata expires: a moment in UTC, to the second (specification, section 4.2: `EXPIRES`).
///
/// Written `2026-11-21T10:07:58Z`; nothing else is accepted, no fractions and no other time zone.
public struct Expiry: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// Seconds since 1970.
    public let seconds: Int

    /// The moment so many seconds after 1970.
    public init(seconds: Int) { self.seconds = seconds }

    /// Nil when the text is not of the form, or there is no such day or time.
    public init?(_ text: String) {
        let form = Array("dddd-dd-ddTdd:dd:ddZ".utf8)
        let bytes = Array(text.utf8)
        guard bytes.count == form.count else { return nil }
        for (byte, expected) in zip(bytes, form) {
            let isDigit = (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
            guard expected == UInt8(ascii: "d") ? isDigit : byte == expected else { return nil }
        }
        func number(_ start: Int, _ count: Int) -> Int {
            bytes[start..<start + count].reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
        }
        let (year, month, day) = (number(0, 4), number(5, 2), number(8, 2))
        let (hour, minute, second) = (number(11, 2), number(14, 2), number(17, 2))
        guard year >= 1, (1...12).contains(month), day >= 1, hour < 24, minute < 60, second < 60 else { return nil }
        let days = Self.days(year, month, day)
        // A day that the month does not have is another day of the calendar.
        let calendar = CalendarTime(days * 86_400)
        guard calendar.year == year, calendar.month == month, calendar.day == day else { return nil }
        seconds = days * 86_400 + hour * 3600 + minute * 60 + second
    }

    /// Whether metadata with this expiry cannot be used any more at a time, in seconds since 1970.
    public func isPast(at time: Int) -> Bool { time >= seconds }

    /// `2026-11-21T10:07:58Z`
    public var description: String { CalendarTime(seconds).iso }

    /// The earlier of two moments is less.
    public static func < (left: Expiry, right: Expiry) -> Bool { left.seconds < right.seconds }

    /// Days from 1970 to a day of the Gregorian calendar; years start in March here, so that the leap day is their last.
    private static func days(_ year: Int, _ month: Int, _ day: Int) -> Int {
        let year = month > 2 ? year : year - 1
        let month = month > 2 ? month - 3 : month + 9
        return year * 365 + year / 4 - year / 100 + year / 400 + (month * 153 + 2) / 5 + day - 1 - 719_468
    }
}
