package dev.tollgate.books.budgets;

import dev.tollgate.books.budgets.SpendWindow.WindowUse;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An organization's budgets with their use at a time, in the order of their owners' ids. */
public record BudgetsNow(ZoneId zone, List<Line> lines) {

    public BudgetsNow {
        lines = List.copyOf(lines);
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
