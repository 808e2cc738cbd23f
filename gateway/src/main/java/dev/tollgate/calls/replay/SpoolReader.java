package dev.tollgate.calls.replay;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.base.fatal.Fatal;
import dev.tollgate.base.log.Event;
import dev.tollgate.calls.metering.Running;
import java.io.IOException;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Copies a spool to one caller, from its beginning, at the caller's pace. Confined to the caller's event loop, except for the spool's notification,
 * which any thread may send.
 */
final class SpoolReader implements Running {

    private static final Logger log = LoggerFactory.getLogger(SpoolReader.class);

    private static final byte[] NOTHING = {};

    private final Spool spool;
    private final Outlet outlet;
    private final Executor loop;
    private final Executor io;
    private final BooleanSupplier replayed;
    private final Runnable listener = this::called;
    private final AtomicBoolean woken = new AtomicBoolean();

    private long place;
    private boolean begun;
    private boolean reading;
    private boolean over;

    /** @param replayed returns whether another request made the call */
    SpoolReader(Spool spool, Outlet outlet, Executor loop, Executor io, BooleanSupplier replayed) {
        this.spool = spool;
        this.outlet = outlet;
        this.loop = loop;
        this.io = io;
        this.replayed = replayed;
    }

    /** @return false if the spool is over; the response has to be looked up again */
    boolean begin() {
        return spool.join(listener);
    }

    /** Leaves the spool. Other readers and the call continue (D35). */
    @Override
    public void gone() {
        leave();
    }

    private void called() {
        if (woken.compareAndSet(false, true)) {
            loop.execute(() -> {
                woken.set(false);
                copy();
            });
        }
    }

    private void copy() {
        boolean more = true;
        while (more && !over && !reading) {
            if (begun && outlet.full()) {
                outlet.onDrain(this::copy);
                return;
            }
            more = step();
        }
    }

    /** @return whether more may be available immediately */
    private boolean step() {
        return switch (spool.at(place)) {
            case Spool.Piece piece -> {
                write(piece);
                yield true;
            }
            case Spool.OnDisk onDisk -> {
                reading = true;
                io.execute(this::readAside);
                yield false;
            }
            case Spool.Nothing nothing -> false;
            case Spool.End end -> {
                beginAnswer();
                leave();
                outlet.end(NOTHING, 0);
                yield false;
            }
            case Spool.Failed failed -> {
                fail(failed.error());
                yield false;
            }
        };
    }

    private void readAside() {
        try {
            Spool.Piece piece = spool.read(place);
            loop.execute(() -> {
                reading = false;
                if (!over) {
                    write(piece);
                    copy();
                }
            });
        } catch (IOException | RuntimeException | Error e) {
            Fatal.check(e);
            loop.execute(() -> cannotRead(e));
        }
    }

    private void cannotRead(Throwable e) {
        reading = false;
        if (!over) {
            log.error(Event.SPOOL_FAILED, "a spool cannot be read", e);
            fail(ApiError.of(ErrorCode.INTERNAL_ERROR, "The answer cannot be read back. Please try again."));
        }
    }

    private void write(Spool.Piece piece) {
        beginAnswer();
        place = piece.next();
        if (piece.bytes().length > 0) {
            outlet.write(piece.bytes(), piece.bytes().length);
        }
    }

    private void beginAnswer() {
        if (begun) {
            return;
        }
        begun = true;
        tellWhetherReplayed();
        SpoolHead head = spool.head();
        head.headers().forEach(outlet::setHeader);
        head.ignored().forEach(outlet::ignore);
        if (head.streams()) {
            outlet.stream();
        } else {
            outlet.body(spool.visibleBytes());
        }
    }

    private void fail(ApiError error) {
        leave();
        if (!begun) {
            tellWhetherReplayed();
        }
        outlet.fail(error);
    }

    private void tellWhetherReplayed() {
        if (replayed.getAsBoolean()) {
            outlet.setHeader("idempotent-replayed", "true");
        }
    }

    private void leave() {
        if (!over) {
            over = true;
            spool.leave(listener);
        }
    }
}
