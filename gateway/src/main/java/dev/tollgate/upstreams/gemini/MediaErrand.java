package dev.tollgate.upstreams.gemini;

import dev.tollgate.http.client.Roundtrip;
import dev.tollgate.running.UpstreamFailure;
import dev.tollgate.running.UpstreamFailure.Kind;
import dev.tollgate.upstreams.connections.BodySender;
import dev.tollgate.upstreams.connections.Errand;
import dev.tollgate.upstreams.connections.NotAdmitted;
import dev.tollgate.upstreams.connections.OutgoingBody;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Sends a body with media in it, once these have found their place. Confined to the event loop that makes it. */
final class MediaErrand implements Errand {

    private final Context loop;
    private final MediaPlacement placement;
    private final Function<List<PlacedMedium>, OutgoingBody> body;
    private @Nullable OutgoingBody whole;
    private boolean over;

    /** @param body with what fills its slots */
    MediaErrand(Vertx vertx, MediaPlacement placement, Function<List<PlacedMedium>, OutgoingBody> body) {
        this.loop = vertx.getOrCreateContext();
        this.placement = placement;
        this.body = body;
    }

    /** Fails with {@link NotAdmitted} where a medium cannot be uploaded. */
    Future<Roundtrip> connecting(Supplier<Future<Roundtrip>> connect) {
        return Future.fromCompletionStage(placement.begin(), loop)
                .recover(failure -> Future.failedFuture(meaning(failure)))
                .compose(placed -> {
                    if (over) {
                        return Future.failedFuture("the call is over");
                    }
                    whole = body.apply(placed);
                    return connect.get();
                });
    }

    private static Throwable meaning(Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        return cause instanceof UploadFailed upload ? new NotAdmitted(upload.failure()) : cause;
    }

    @Override
    public void send(Roundtrip connected) {
        if (whole == null) {
            throw new IllegalStateException("there is nothing to send yet");
        }
        BodySender.start(loop, connected, whole);
    }

    @Override
    public void over() {
        over = true;
        placement.leave();
    }

    /** A file that the upstream has thrown away before its time can be uploaded again. */
    @Override
    public UpstreamFailure meaning(UpstreamFailure failure) {
        return placement.forgetLost(failure) ? new UpstreamFailure(Kind.UNAVAILABLE, null, failure.detail()) : failure;
    }
}
