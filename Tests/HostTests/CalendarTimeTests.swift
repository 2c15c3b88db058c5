import Host
import Testing

@Suite struct CalendarTimeTests {
    @Test(arguments: [
        (0, "1970-01-01T00:00:00Z"), (951_782_400, "2000-02-29T00:00:00Z"), (1_700_000_000, "2023-11-14T22:13:20Z"),
        (4_294_967_295, "2106-02-07T06:28:15Z"), (1_609_372_800, "2020-12-31T00:00:00Z"), (-1, "1969-12-31T23:59:59Z"),
        (.max, "9999-12-31T23:59:59Z"), (.min, "0001-01-01T00:00:00Z"),
    ])
    func timesAreWrittenAsISO8601(seconds: Int, text: String) {
        #expect(CalendarTime(seconds).iso == text)
        #expect(CalendarTime(seconds).date == text.prefix(10))
    }
}
