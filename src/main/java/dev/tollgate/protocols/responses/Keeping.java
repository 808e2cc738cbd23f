package dev.tollgate.protocols.responses;

import dev.tollgate.base.json.JsonPieces;
import dev.tollgate.books.ledger.Settle;
import dev.tollgate.calls.kept.KeptResponses;
import dev.tollgate.calls.metering.Sink;
import dev.tollgate.storage.Change;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Keeps one response with its charge, if its caller wants that and it is not too large (E29). Confined to its call. */
final class Keeping {

    private final KeptResponses kept;
    private final ResponsesRequest request;
    private boolean isKept;
    private KeptResponses.@Nullable Entry entry;

    Keeping(KeptResponses kept, ResponsesRequest request) {
        this.kept = kept;
        this.request = request;
        this.isKept = request.keeping() != null;
    }

    /** Returns whether the response is kept, as far as that is known. */
    boolean isKept() {
        return isKept;
    }

    /** Takes the object of the response that has ended. */
    void ended(String taskId, String accountId, ResponseObject object) {
        KeptResponses.Input input = request.keeping();
        if (input == null) {
            return;
        }
        JsonPieces whole = new JsonPieces();
        object.write(request, true, true, whole);
        if (whole.size() <= KeptResponses.RESPONSE_BYTES_MAX) {
            String previous = request.previousId() == null ? null : KeptIds.task(request.previousId());
            entry = kept.entry(taskId, accountId, previous, input, whole.toByteArray());
        }
        isKept = entry != null;
    }

    /** Returns the end of the response. @param send sends it */
    Sink.End end(Runnable send) {
        return new Sink.End() {
            @Override
            public void send() {
                send.run();
            }

            @Override
            public List<Change> kept(Settle settle) {
                return entry == null ? List.of() : entry.keeping(settle);
            }
        };
    }
}
