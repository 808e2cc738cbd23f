package dev.tollgate.operator.cli;

/** {@code ./tollgate installation sandbox}: takes back that the installation is real. */
final class InstallationCommand {

    private InstallationCommand() {}

    static ApiCommand sandbox(Session session) {
        return new ApiCommand(
                        session,
                        "sandbox",
                        "Declare that no server has a real upstream: test payments, unconfirmed start credits and the demo account"
                                + " are open again. A server that starts with a real upstream closes them.")
                .takes(Field.reason())
                .asks("POST", "/admin/installation/sandbox", answer -> session.out()
                        .println(
                                answer.get("changed").booleanValue()
                                        ? "This installation has no real upstream now: test payments and start credits are open again, for the sandbox."
                                        : "This installation has had no real upstream."));
    }
}
