package dev.tollgate.operator.admin;

import dev.tollgate.base.error.ApiException;
import dev.tollgate.books.auditlog.Deed;
import dev.tollgate.storage.StoreException;
import java.util.List;

/**
 * {@code POST /admin/drain {reason}}: no more callers are to be sent to this server, as before a stop. It accepts calls until it is stopped,
 * and there is no way back but a start.
 */
public final class Drain {

    public static final OperatorAction<Drain, AdminJson> DRAIN = OperatorAction.post("server.drain", "/admin/drain", "")
            .does((drain, by, request) -> drain.drain(by), (request, draining) -> draining.node());

    private final Runnable announce;
    private final AuditedWriter writer;

    /** @param announce may be called again */
    public Drain(Runnable announce, AuditedWriter writer) {
        this.announce = announce;
        this.writer = writer;
    }

    public List<AdminRoute> routes() {
        return List.of(DRAIN.on(this));
    }

    /** Announced first: a database that is away is a reason to drain. */
    private AdminJson drain(By by) {
        AdminJson draining = new AdminJson().flag("draining", true);
        by.needReason();
        announce.run();
        try {
            writer.commit(by, DRAIN.name(), "server", () -> new Deed.Changed(null, draining.end()));
        } catch (StoreException e) {
            throw new ApiException(400, "The server is draining, but the audit log entry could not be written.");
        }
        return draining;
    }
}
