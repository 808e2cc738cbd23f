package dev.tollgate.operator.cli.customers;

import dev.tollgate.operator.admin.money.OperatorVouchers;
import dev.tollgate.operator.cli.parts.ApiCommand;
import dev.tollgate.operator.cli.parts.CommandJson;
import dev.tollgate.operator.cli.parts.Session;
import java.util.List;
import picocli.CommandLine;

/** {@code tollgate voucher …}. */
public final class VoucherCommands {

    private static final String VOUCHERS = "/admin/vouchers";

    private VoucherCommands() {}

    public static List<CommandLine> all(Session session) {
        return List.of(
                create(session).line(), list(session).line(), revoke(session).line());
    }

    private static ApiCommand create(Session session) {
        return ApiCommand.of(session, OperatorVouchers.CREATE)
                .with("/reason", reason -> reason.saying("Reason, shown as the note of the vouchers."))
                .asks(made -> made.get("codes").forEach(code -> session.out().println(CommandJson.text(code))));
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
        return ApiCommand.of(session, OperatorVouchers.REVOKE);
    }
}
