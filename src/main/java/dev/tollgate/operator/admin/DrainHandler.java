package dev.tollgate.operator.admin;

import static dev.tollgate.operator.admin.OperatorRoutes.by;
import static dev.tollgate.operator.admin.OperatorRoutes.doing;

import dev.tollgate.books.auditlog.Deed;
import dev.tollgate.http.Handler;
import dev.tollgate.storage.StoreException;
import dev.tollgate.storage.Unit;
import dev.tollgate.storage.Writer;
import java.time.InstantSource;

/**
 * {@code POST /admin/drain {reason}}: nobody is to be sent to this server any more, as before a stop. It goes on taking calls until it is
 * stopped, and there is no way back but a start.
 */
public final class DrainHandler {

    private static final byte[] DRAINING = OperatorRoutes.utf8("{\"draining\":true}");

    private final Runnable announce;
    private final Writer writer;
    private final InstantSource clock;

    /** @param announce may be called again */
    public DrainHandler(Runnable announce, Writer writer, InstantSource clock) {
        this.announce = announce;
        this.writer = writer;
        this.clock = clock;
    }

    public Handler<Object> announce() {
        return doing(
                200,
                (exchange, body) -> {
                    By by = by(exchange, body);
                    String reason = by.needReason();
                    return () -> drain(by, reason);
                },
                "reason");
    }

    /** Announced first: a database that is away is a reason to drain. */
    private byte[] drain(By by, String reason) throws Refused {
        announce.run();
        try {
            writer.commitAndWait(Unit.of(new Deed(
                    by.actor(),
                    "server.drain",
                    "server",
                    reason,
                    clock.instant(),
                    () -> new Deed.Changed(
                            null, new DeedJson().flag("draining", true).end()))));
        } catch (StoreException e) {
            throw new Refused("It was announced, but that could not be written down.");
        }
        return DRAINING;
    }
}
