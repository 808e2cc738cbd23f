package dev.tollgate.operator.cli;

import dev.tollgate.operator.admin.OperatorVouchers;
import java.util.List;
import picocli.CommandLine;

/** {@code tollgate voucher …}. */
final class VoucherCommands {

    private static final String VOUCHERS = "/admin/vouchers";

    private VoucherCommands() {}

    static List<CommandLine> all(Session session) {
        return List.of(
                create(session).line(), list(session).line(), revoke(session).line());
    }

    private static ApiCommand create(Session session) {
        return ApiCommand.of(session, OperatorVouchers.CREATE)
                .inOrder()
                .takes(
                        Field.option("--credits", "CREDITS", "/credits", Values::credits, "Credits of each, like 12.5.")
                                .needed(),
                        Field.option("--count", "N", "/count", Values::count, "Number of vouchers. Default: 1."),
                        Field.option(
                                "--expires",
                                "TIME",
                                "/expires_at",
                                Values::end,
                                "Expiry, a date or a time like 2026-12-01T12:00:00Z. Default: none."),
                        Field.option(
                                "--days",
                                "N",
                                "/days",
                                Values::count,
                                "Days after which the credits expire once they are redeemed. Default: never."),
                        Field.list(
                                "--models",
                                "MODEL",
                                "/models",
                                "Models that the credits pay for, with commas or repeated: ids, or beginnings with *, like"
                                        + " 'gemini-4-*'. Default: all."),
                        Field.option("--reason", "TEXT", "/reason", "Reason, shown as the note of the vouchers.")
                                .needed())
                .asks(OperatorVouchers.CREATE, made -> made.get("codes")
                        .forEach(code -> session.out().println(CommandJson.text(code))));
    }

    private static ApiCommand list(Session session) {
        return new ApiCommand(session, "list", "List vouchers without their codes.")
                .lists(
                        VOUCHERS,
                        "NUMBER,CREDITS,STATE,EXPIRES,CREATED,ACCOUNT,NOTE,DAYS,MODELS",
                        voucher -> new String[] {
                            CommandJson.text(voucher.get("sequence")),
                            CommandJson.text(voucher.get("credits")),
                            CommandJson.text(voucher.get("state")),
                            CommandJson.time(voucher.get("expires_at"), "never"),
                            CommandJson.time(voucher.get("created_at"), "never"),
                            CommandJson.limit(voucher.get("account"), ""),
                            CommandJson.text(voucher.get("note")),
                            CommandJson.limit(voucher.get("days"), ""),
                            CommandJson.texts(voucher.get("models"), "all")
                        });
    }

    private static ApiCommand revoke(Session session) {
        return ApiCommand.of(session, OperatorVouchers.REVOKE)
                .inOrder()
                .takes(
                        Field.option("--first", "N", "/first", Values::count, "Number of the first voucher.")
                                .needed(),
                        Field.option(
                                "--last",
                                "N",
                                "/last",
                                Values::count,
                                "Number of the last voucher. Default: the first alone."),
                        Field.reason())
                .asks(OperatorVouchers.REVOKE, answer -> session.out()
                        .println(CommandJson.text(answer.get("revoked")) + " revoked."));
    }
}
