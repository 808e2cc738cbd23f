package dev.tollgate.operator.admin.money;

import dev.tollgate.customers.actions.ActionRequest;
import dev.tollgate.customers.months.Month;
import dev.tollgate.customers.months.MonthLine;
import dev.tollgate.customers.months.Months;
import dev.tollgate.operator.admin.AdminJson;
import dev.tollgate.operator.admin.AdminRoute;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import tools.jackson.databind.node.ObjectNode;

/** {@code /admin/months}: the months of the books, with a sum for each line. */
public final class MonthRoutes {

    public static final String PATH = "/admin/months";

    private final Months months;

    public MonthRoutes(Months months) {
        this.months = months;
    }

    public List<AdminRoute> routes() {
        return List.of(
                AdminRoute.get(PATH, request -> ActionRequest.list(months.all(), MonthRoutes::json, null)),
                AdminRoute.get(PATH + "/{month}", request -> json(months.month(months.parse(request.path("month"))))));
    }

    private static ObjectNode json(Month month) {
        return new AdminJson()
                .text("month", month.month().toString())
                .text("state", month.state().name().toLowerCase(Locale.ROOT))
                .time("from", month.from())
                .time("until", month.until())
                .object("opening", credits(new AdminJson(), month.opening()))
                .array("lines", Arrays.asList(MonthLine.values()), line -> json(line, month.sum(line)))
                .credits("owed", month.owedMicros())
                .credits("difference", month.differenceMicros())
                .node();
    }

    private static ObjectNode json(MonthLine line, Month.Sum sum) {
        AdminJson json = new AdminJson()
                .text("line", line.code())
                .text("name", line.word().english())
                .text("part", line.part().name().toLowerCase(Locale.ROOT))
                .number("rows", sum.rows());
        return credits(json, sum)
                .number("net_cents", sum.netCents())
                .number("tax_cents", sum.taxCents())
                .number("gross_cents", sum.grossCents())
                .node();
    }

    private static AdminJson credits(AdminJson json, Month.Sum sum) {
        return json.credits("credits", sum.micros()).credits("sandbox_credits", sum.sandboxMicros());
    }
}
