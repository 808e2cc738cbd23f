package dev.tollgate.operator.cli.books;

import dev.tollgate.operator.admin.money.MonthRoutes;
import dev.tollgate.operator.cli.parts.ApiCommand;
import dev.tollgate.operator.cli.parts.Argument;
import dev.tollgate.operator.cli.parts.CommandJson;
import dev.tollgate.operator.cli.parts.Session;
import dev.tollgate.operator.cli.parts.TextTable;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** {@code tollgate month [MONTH]}: the months of the books, or the lines of one. */
public final class MonthCommand {

    private static final String MONTH = "month";

    private MonthCommand() {}

    public static ApiCommand of(Session session) {
        ApiCommand month = new ApiCommand(
                session,
                MONTH,
                "Print a month of the books (UTC): what customers held, what changed it, and what they hold.",
                "Without MONTH, one line for each month. Amounts are credits; invoices are in US dollars.");
        return month.takes(Argument.own("MONTH", MONTH, "A month that has begun, like 2026-10.")
                        .unneeded())
                .runs(api -> {
                    if (month.count(MONTH) == 0) {
                        months(session, month.get(api, MonthRoutes.PATH).get("data"));
                    } else {
                        lines(session, month.get(api, MonthRoutes.PATH + "/{month}"));
                    }
                });
    }

    private static void months(Session session, JsonNode months) {
        print(
                session,
                "MONTH,STATE,OPENING,CLOSING,OWED,USED,INVOICES,NET,TAX",
                months.valueStream()
                        .map(month -> new String[] {
                            CommandJson.text(month.get(MONTH)),
                            CommandJson.text(month.get("state")),
                            CommandJson.text(month.at("/opening/credits")),
                            CommandJson.text(line(month, "held").get("credits")),
                            CommandJson.text(month.get("owed")),
                            CommandJson.text(line(month, "used").get("credits")),
                            CommandJson.text(line(month, "payments").get("rows")),
                            dollars(line(month, "payments").get("net_cents")),
                            dollars(line(month, "payments").get("tax_cents"))
                        })
                        .toList());
    }

    private static JsonNode line(JsonNode month, String code) {
        return month.get("lines")
                .valueStream()
                .filter(line -> line.get("line").asString().equals(code))
                .findFirst()
                .orElseThrow();
    }

    private static void lines(Session session, JsonNode month) {
        List<String[]> rows = new ArrayList<>();
        JsonNode opening = month.get("opening");
        rows.add(new String[] {
            "Held by customers at the start",
            "",
            CommandJson.text(opening.get("credits")),
            CommandJson.text(opening.get("sandbox_credits")),
            "",
            ""
        });
        month.get("lines")
                .forEach(line -> rows.add(new String[] {
                    CommandJson.text(line.get("name")),
                    count(line.get("rows")),
                    CommandJson.text(line.get("credits")),
                    CommandJson.text(line.get("sandbox_credits")),
                    dollars(line.get("net_cents")),
                    dollars(line.get("tax_cents"))
                }));
        rows.add(new String[] {"Owed, without sandbox credits", "", CommandJson.text(month.get("owed")), "", "", ""});
        session.out().println(CommandJson.text(month.get(MONTH)) + ", " + CommandJson.text(month.get("state")));
        print(session, "LINE,ROWS,CREDITS,SANDBOX CREDITS,NET,TAX", rows);
        if (month.get("difference").decimalValue().signum() != 0) {
            session.out()
                    .println("The accounts hold " + CommandJson.text(month.get("difference"))
                            + " credits more than their rows add up to. Run ./tollgate ledger verify.");
        }
    }

    private static void print(Session session, String heads, List<String[]> rows) {
        TextTable.print(session.out(), heads.split(","), each -> rows.forEach(each));
    }

    private static String count(JsonNode rows) {
        return rows.longValue() == 0 ? "" : CommandJson.text(rows);
    }

    private static String dollars(JsonNode cents) {
        return cents.longValue() == 0
                ? ""
                : BigDecimal.valueOf(cents.longValue(), 2).toPlainString();
    }
}
