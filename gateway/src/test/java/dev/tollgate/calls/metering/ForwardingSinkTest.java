package dev.tollgate.calls.metering;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.base.conversation.ServiceTier;
import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.running.CallNow;
import dev.tollgate.upstreams.pool.UpstreamEvent;
import dev.tollgate.upstreams.signatures.SignedPart;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A sink over another one passes on all that it makes nothing else of: a door that wraps its sink loses no event and no end. */
class ForwardingSinkTest {

    private final PlayedCall played = new PlayedCall(Sold.bounds(false, 1, null));
    private final Sink sink = new ForwardingSink(played.caller) {};

    @Test
    void every_call_reaches_the_other_sink_in_order() {
        sink.admitted(new Sink.Admission("t1", 7L, List.of("seed")));
        sink.waiting();
        sink.ignoring(List.of("top_k"));
        sink.answering(2);
        sink.events(List.of(new UpstreamEvent.Text(0, "a", null)));
        sink.end(new Sink.Completion(
                        Sold.model(false).printed(dev.tollgate.models.Usage.NONE), 5, ServiceTier.STANDARD))
                .send();
        sink.failed(ApiError.of(ErrorCode.INTERNAL_ERROR, "trouble"));
        sink.cut();
        sink.cost(new CallNow("t1", "acc", 2, 7, 9));
        assertThat(played.told())
                .containsExactly(
                        "admitted t1 7 [seed]",
                        "waiting",
                        "ignoring [top_k]",
                        "answering 2",
                        "shows 'a'",
                        "end 5",
                        "sent",
                        "failed trouble",
                        "cut",
                        "costs 7");
    }

    @Test
    void what_is_asked_is_the_other_ones() {
        assertThat(sink.leavesWhole()).isFalse();
        assertThat(sink.draft()).isNull();
        assertThat(sink.wantsCost()).isFalse();
        assertThat(sink.full()).isFalse();
        played.caller.judges();
        played.caller.full = true;
        played.caller.wantsCost = true;
        played.caller.signed = List.of(new SignedPart.Text("a", "sig"));
        assertThat(sink.leavesWhole()).isTrue();
        assertThat(sink.draft()).isSameAs(played.caller.draft());
        assertThat(sink.full()).isTrue();
        assertThat(sink.wantsCost()).isTrue();
        assertThat(sink.signed()).isEqualTo(played.caller.signed);
        played.caller.unshowable = ApiError.of(ErrorCode.INVALID_REQUEST, "no form");
        assertThat(sink.unshowable()).isSameAs(played.caller.unshowable);
        boolean[] drained = {false};
        sink.onDrain(() -> drained[0] = true);
        played.caller.drains();
        assertThat(drained[0]).isTrue();
    }
}
