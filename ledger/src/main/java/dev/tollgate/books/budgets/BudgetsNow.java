package dev.tollgate.books.budgets;

import dev.tollgate.books.budgets.SpendWindow.WindowUse;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * An organization's budgets with their use at a time, in the order of their owners' ids.
 *
 * @param ofMembers the budget of each member, a line for each member who has used some of it and has no budget of their own
 */
public record BudgetsNow(ZoneId zone, List<Line> lines, List<Line> ofMembers) {

    public BudgetsNow {
        lines = List.copyOf(lines);
        ofMembers = List.copyOf(ofMembers);
    }

    /** Returns the budgets that count for a member: the member's own, and the budget of each member in the other windows, also if nothing of it is used. */
    public List<Line> ofMember(String member) {
        List<Line> own =
                lines.stream().filter(line -> line.owner().equals(member)).toList();
        Stream<Line> ofEach = lines.stream()
                .filter(line -> line.owner().equals(Budgets.EACH_MEMBER)
                        && own.stream().noneMatch(its -> its.window() == line.window()))
                .map(line -> ofMembers.stream()
                        .filter(each -> each.owner().equals(member) && each.window() == line.window())
                        .findFirst()
                        .orElse(new Line(member, line.window(), line.limitMicros(), WindowUse.NONE, line.endsAt())));
        return Stream.concat(own.stream(), ofEach).toList();
    }

    /**
     * A budget.
     *
     * @param limitMicros null counts without a limit
     * @param use in the present window; none of the budget of each member, which has one for each
     * @param endsAt end of the window; null for all time
     */
    public record Line(
            String owner,
            SpendWindow window,
            @Nullable Long limitMicros,
            WindowUse use,
            @Nullable Instant endsAt) {}
}
