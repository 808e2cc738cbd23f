package dev.tollgate.books.budgets;

import dev.tollgate.books.budgets.SpendWindow.WindowUse;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
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
