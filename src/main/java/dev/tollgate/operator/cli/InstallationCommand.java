package dev.tollgate.operator.cli;

import dev.tollgate.operator.admin.AdminApi;
import dev.tollgate.operator.admin.Refused;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.node.ObjectNode;

/** {@code ./tollgate installation sandbox}: takes back that the installation is real. */
@Command(
        name = "sandbox",
        description =
                "Declare that no server has a real upstream: test payments, unconfirmed start credits and the demo account"
                        + " are open again. A server that starts with a real upstream closes them.",
        mixinStandardHelpOptions = true)
final class InstallationCommand extends ApiCommand {

    @Option(names = "--reason", required = true, paramLabel = "TEXT", description = "Reason, for the audit log.")
    private String reason = "";

    InstallationCommand(Session session) {
        super(session);
    }

    @Override
    void run(AdminApi api) throws Refused {
        ObjectNode body = CommandJson.object().put("reason", reason);
        boolean changed = api.ask("POST", "/admin/installation/sandbox", Map.of(), body)
                .get("changed")
                .booleanValue();
        out().println(
                        changed
                                ? "This installation has no real upstream now: test payments and start credits are open again, for the sandbox."
                                : "This installation has had no real upstream.");
    }
}
