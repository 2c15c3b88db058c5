import Testing

@testable import Node

@Suite struct PrintPacingTests {
    private func printed(isPaper: Bool, changes: [Double]) -> [Double] {
        var pacing = PrintPacing(isPaper: isPaper)
        return changes.filter { pacing.allows(at: $0) }
    }

    @Test func aScreenIsDrawnWheneverItChanged() {
        let changes = (0..<10).map { Double(2 * $0) }
        #expect(printed(isPaper: false, changes: changes) == changes)
    }

    @Test func aLineIsPrintedLessAndLessOftenWhileItFlaps() {
        let changes = (0..<600).map { Double(2 * $0) }
        let times = printed(isPaper: true, changes: changes)
        #expect(times.prefix(6) == [0, 2, 6, 14, 30, 62])
        #expect(times.count < 30)
    }

    @Test func quietBringsTheFirstPaceBack() {
        #expect(printed(isPaper: true, changes: [0, 2, 4, 6, 100, 102, 104, 106]) == [0, 2, 6, 100, 102, 106])
    }
}
