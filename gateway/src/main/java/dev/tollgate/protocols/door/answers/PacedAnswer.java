package dev.tollgate.protocols.door.answers;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.base.fatal.Fatal;
import dev.tollgate.base.json.JsonPieces;
import dev.tollgate.base.memory.Lease;
import dev.tollgate.calls.files.FileAddresses;
import dev.tollgate.calls.files.FilePieces;
import dev.tollgate.calls.replay.Outlet;
import dev.tollgate.http.Caller;
import dev.tollgate.http.Exchange;
import java.io.IOException;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Sends what is written of one answer: at once as long as it is short, and in pieces, as fast as its caller takes them, what repeats or assembles a long
 * text. Confined to its call.
 */
public final class PacedAnswer {

    /** After so many pieces others get their turn of the loop, however fast the caller reads. */
    private static final int PIECES_A_TURN = 16;

    /** No stream. */
    private static final StreamForm KEPT = new StreamForm(StreamForm.EVENTS, Duration.ZERO, StreamForm.COMMENT);

    private final Outlet outlet;
    private JsonPieces pieces = new JsonPieces();
    private @Nullable JsonPieces last;
    private boolean isEnding;
    private boolean isWaiting;
    private boolean isMidway;
    private @Nullable Runnable resume;
    private @Nullable Runnable sent;

    public PacedAnswer(Outlet outlet) {
        this.outlet = outlet;
    }

    /**
     * Sends a kept response with its images, which lie in the file store (Y17): a long one in pieces, as fast as its caller takes them.
     *
     * @param json unpacks the response, when it is its account's turn
     */
    public static void sendKept(Exchange exchange, Caller caller, FileAddresses files, Supplier<byte[]> json) {
        Lease memory = exchange.memory();
        exchange.computeInTurn(
                () -> {
                    JsonPieces whole =
                            files.kept().whole(caller.accountId(), Objects.requireNonNull(caller.reads()), json.get());
                    if (whole.hasAbsent()) {
                        memory.take(FilePieces.PIECE_BYTES); // it keeps the piece that it has opened
                    }
                    return whole;
                },
                (JsonPieces whole) -> {
                    if (whole.hasAbsent() && exchange.method().equals("HEAD")) {
                        exchange.body("application/json", whole.size()).end();
                    } else if (whole.hasAbsent()) {
                        new PacedAnswer(new ExchangeOutlet(exchange, KEPT)).sendBody(whole);
                    } else {
                        exchange.json(200, whole.toByteArray());
                    }
                });
    }

    /** Returns where to write what is sent before the end; nothing leaves before {@link #send}. */
    public JsonPieces pieces() {
        return pieces;
    }

    /** Sends what was written, as far as the caller takes it. */
    public void send() {
        if (!pieces.isShort()) {
            isMidway |= pieces.hasAbsent();
            sendPieces();
        } else if (!isWaiting && pieces.size() > 0) {
            outlet.write(pieces.out().array(), pieces.out().size());
            pieces.out().rest();
        }
    }

    /** Sends one whole body. */
    public void sendBody(JsonPieces body) {
        outlet.body(body.size());
        end(body);
    }

    /** Sends what was written, and then the end of the answer. */
    public void end(JsonPieces end) {
        if (pieces.size() == 0 && end.isShort()) {
            outlet.end(end.out().array(), end.out().size());
            end.out().rest();
        } else {
            last = end;
            sendPieces();
        }
    }

    private void sendPieces() {
        for (int count = 0; !isWaiting && (pieces.size() > 0 || last != null || isEnding); count++) {
            if (pieces.size() == 0 && last != null) {
                pieces = last;
                last = null;
                isEnding = true;
            }
            if (outlet.full()) {
                isWaiting = true;
                outlet.onDrain(this::goOn);
            } else if (count == PIECES_A_TURN) {
                isWaiting = true;
                outlet.later(this::goOn);
            } else if (pieces.absent() != null) {
                fetch(pieces.absent());
            } else {
                sendPiece();
            }
        }
        isMidway &= isWaiting;
    }

    /** Has a thread read the next bytes of a file. */
    private void fetch(JsonPieces.Absent piece) {
        isWaiting = true;
        JsonPieces its = pieces;
        Thread.ofVirtual().name("read-made").start(() -> {
            try {
                byte[] bytes = piece.read();
                outlet.later(() -> {
                    its.fetched(piece, bytes);
                    goOn();
                });
            } catch (IOException | RuntimeException | Error e) {
                Fatal.check(e);
                outlet.later(() -> outlet.fail(ApiError.of(
                        ErrorCode.INTERNAL_ERROR, "A file that the model made could not be read. Please try again.")));
            }
        });
    }

    private void sendPiece() {
        byte[] piece = pieces.take(outlet.pieceBytes());
        if (isEnding && pieces.size() == 0) {
            isEnding = false;
            outlet.end(piece, piece.length);
            run(sent);
        } else {
            outlet.write(piece, piece.length);
        }
    }

    private void goOn() {
        isWaiting = false;
        sendPieces();
        if (!isWaiting) {
            Runnable step = resume;
            resume = null;
            run(step);
        }
    }

    private static void run(@Nullable Runnable step) {
        if (step != null) {
            step.run();
        }
    }

    /** Returns whether the end has been decided and has not left yet. */
    public boolean isSending() {
        return isEnding || last != null;
    }

    /** @param then runs once, when all has left, if it {@link #isSending} */
    public void onSent(Runnable then) {
        sent = then;
    }

    /** Returns whether the bytes before the end have some that still lie in a file. */
    public boolean isMidway() {
        return isMidway;
    }

    public boolean full() {
        return isWaiting || outlet.full();
    }

    /** @param then runs when there is room again */
    public void onDrain(Runnable then) {
        resume = then;
        if (!isWaiting) {
            outlet.onDrain(this::goOn); // pieces may come before that
        }
    }
}
