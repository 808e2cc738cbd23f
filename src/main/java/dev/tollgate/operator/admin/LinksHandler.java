package dev.tollgate.operator.admin;

import static dev.tollgate.operator.admin.OperatorRoutes.asking;
import static dev.tollgate.operator.admin.OperatorRoutes.by;
import static dev.tollgate.operator.admin.OperatorRoutes.doing;

import dev.tollgate.customers.mail.Outbox;
import dev.tollgate.http.Handler;
import tools.jackson.databind.json.JsonMapper;

/** {@code /admin/invitations}, {@code /admin/accounts/{id}/reset-link} and {@code /admin/mail}: a link is told by the request that makes it and by no other. */
public final class LinksHandler {

    private static final JsonMapper JSON = new JsonMapper();

    private final OperatorLinks links;

    public LinksHandler(OperatorLinks links) {
        this.links = links;
    }

    /** {@code POST /admin/invitations {email, account, reason}}; without an account one of their own. */
    public Handler<Object> invite() {
        return doing(
                201,
                (exchange, body) -> {
                    By by = by(exchange, body);
                    String email = body.needText("email");
                    String account = body.text("account");
                    return () -> json(links.invite(by, email, account));
                },
                "email",
                "account",
                "reason");
    }

    /** {@code POST /admin/accounts/{id}/reset-link {login, reason}}. */
    public Handler<Object> resetLink() {
        return doing(
                201,
                (exchange, body) -> {
                    By by = by(exchange, body);
                    String id = exchange.pathParam("id");
                    String login = body.text("login");
                    return () -> json(links.resetLink(by, id, login));
                },
                "login",
                "reason");
    }

    /** {@code GET /admin/mail}. */
    public Handler<Object> state() {
        return asking(exchange -> () -> {
            Outbox.State state = links.links().mailState();
            return JSON.writeValueAsBytes(JSON.createObjectNode()
                    .put("on", links.links().isMailOn())
                    .put("sent_at", OperatorRoutes.seconds(state.sentAt()))
                    .put("waiting", state.waiting())
                    .put("last_failure", state.reason()));
        });
    }

    /** {@code POST /admin/mail {to, reason}}: a test mail. */
    public Handler<Object> test() {
        return doing(
                202,
                (exchange, body) -> {
                    By by = by(exchange, body);
                    String to = body.needText("to");
                    return () -> {
                        links.testMail(by, to);
                        return JSON.writeValueAsBytes(JSON.createObjectNode().put("to", to));
                    };
                },
                "to",
                "reason");
    }

    private static byte[] json(AdminViews.MadeLink made) {
        return JSON.writeValueAsBytes(JSON.createObjectNode()
                .put("email", made.email())
                .put("mailed", made.path() == null)
                .put("link", made.link()));
    }
}
