package dev.tollgate.protocols.responses;

import dev.tollgate.base.conversation.Message;
import dev.tollgate.calls.schema.Verdict;
import dev.tollgate.protocols.door.KeptBytes;
import dev.tollgate.protocols.door.SignedAnswer;
import dev.tollgate.upstreams.pool.UpstreamEvent;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** One answer of the upstream, as far as it has come. Confined to its call. */
final class UpstreamAnswer {

    private final Output output;
    private final SignedAnswer signed;
    private final boolean showsThoughts;
    private UpstreamEvent.@Nullable Started started;
    private UpstreamEvent.@Nullable Grounding grounding;
    private UpstreamEvent.@Nullable Finish finish;
    private Verdict verdict = Verdict.FITS;
    private boolean unshowable;

    UpstreamAnswer(Output output, SignedAnswer signed, boolean showsThoughts) {
        this.output = output;
        this.signed = signed;
        signed.collectedBy(output::texts);
        this.showsThoughts = showsThoughts;
    }

    /** @param call gives a call the id that the caller is shown */
    void take(UpstreamEvent event, Function<UpstreamEvent.ToolCall, Message.ToolCall> call) {
        switch (event) {
            case UpstreamEvent.Text text -> text(text);
            case UpstreamEvent.Thought thought -> {
                signed.thoughtSignature(thought.signature());
                if (!thought.text().isEmpty() && showsThoughts) {
                    output.thought(thought.text());
                }
            }
            case UpstreamEvent.ToolCall called -> {
                Message.ToolCall shown = call.apply(called);
                signed.call(shown, called.upstreamId());
                output.call(shown);
            }
            case UpstreamEvent.Started it -> started = it;
            case UpstreamEvent.Grounding it -> grounding = it;
            case UpstreamEvent.Logprobs logprobs -> output.logprobs(logprobs.tokens());
            case UpstreamEvent.Finish it -> finish = it;
            case UpstreamEvent.ServerTool tool -> signed.serverTool(tool.part());
            case UpstreamEvent.Media made -> unshowable |= !output.made(made);
            case UpstreamEvent.PromptBlocked blocked -> {}
            case UpstreamEvent.Usage usage -> {}
            case UpstreamEvent.Searched searched -> {}
            case UpstreamEvent.TierGranted granted -> {}
            case UpstreamEvent.Cost cost -> {}
            case UpstreamEvent.Unreported mark -> {}
            case UpstreamEvent.Raw raw -> {}
            case UpstreamEvent.Embedded vectors -> {}
        }
    }

    /** Returns about how many bytes are kept of events; a call is kept as it will be found again, too. */
    long keeps(List<UpstreamEvent> events) {
        return KeptBytes.of(events, event -> switch (event) {
            case UpstreamEvent.Text text -> KeptBytes.once(text);
            case UpstreamEvent.Thought thought -> showsThoughts ? KeptBytes.once(thought) : 0;
            case UpstreamEvent.ToolCall call -> 2 * KeptBytes.once(call);
            case UpstreamEvent.Logprobs logprobs -> 2 * KeptBytes.once(logprobs);
            case UpstreamEvent.Media made -> KeptBytes.once(made);
            case UpstreamEvent.Started _,
                    UpstreamEvent.ServerTool _,
                    UpstreamEvent.Grounding _,
                    UpstreamEvent.Finish _,
                    UpstreamEvent.PromptBlocked _,
                    UpstreamEvent.Usage _,
                    UpstreamEvent.Searched _,
                    UpstreamEvent.TierGranted _,
                    UpstreamEvent.Cost _,
                    UpstreamEvent.Unreported _,
                    UpstreamEvent.Raw _,
                    UpstreamEvent.Embedded _ -> 0;
        });
    }

    private void text(UpstreamEvent.Text text) {
        signed.textSignature(text.text(), text.signature());
        if (!text.text().isEmpty()) {
            output.text(text.text());
        }
    }

    Output output() {
        return output;
    }

    SignedAnswer signed() {
        return signed;
    }

    UpstreamEvent.@Nullable Started started() {
        return started;
    }

    /** Returns the upstream's own word for the end; null before the end. */
    @Nullable
    String nativeReason() {
        return finish == null ? null : finish.nativeReason();
    }

    boolean hasFinished() {
        return finish != null;
    }

    /** Returns why the response is incomplete, in OpenAI's words; null if it is not (E23). */
    @Nullable
    String incompleteReason() {
        return switch (finish == null ? UpstreamEvent.FinishReason.STOP : finish.reason()) {
            case LENGTH -> "max_output_tokens";
            case FILTERED -> "content_filter";
            case STOP, MALFORMED, OTHER -> null;
        };
    }

    /** Closes what is open, and adds the search that the response rests on. */
    void end(String status, boolean showsSearch) {
        output.close(status, grounding);
        if (grounding != null && showsSearch) {
            output.search(grounding);
        }
    }

    /** Returns whether the model has made what no item can hold. */
    boolean unshowable() {
        return unshowable;
    }

    Verdict verdict() {
        return verdict;
    }

    void judged(Verdict found) {
        verdict = found;
    }
}
