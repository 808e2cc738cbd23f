package dev.tollgate.protocols.responses;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.protocols.door.answers.AnswerBudget;
import dev.tollgate.protocols.door.answers.JoinedText;
import dev.tollgate.upstreams.pool.UpstreamEvent;
import org.jspecify.annotations.Nullable;

/** The summary that a model writes, which is shown when it is whole. Confined to its call. */
final class WrittenSummary {

    private static final ApiError NONE = ApiError.of(
                    ErrorCode.UPSTREAM_ERROR, "The model wrote no summary of the conversation.")
            .doNotRetry();
    private static final ApiError FILTERED = ApiError.of(
                    ErrorCode.UPSTREAM_ERROR,
                    "The upstream provider blocked the summary: it holds sensitive or prohibited content.")
            .doNotRetry();

    private final JoinedText text = new JoinedText();
    private boolean isCall;
    private boolean isFiltered;

    void take(UpstreamEvent event) {
        switch (event) {
            case UpstreamEvent.Text it -> append(it.text());
            case UpstreamEvent.ToolCall _ -> isCall = true;
            case UpstreamEvent.Finish it -> isFiltered = it.reason() == UpstreamEvent.FinishReason.FILTERED;
            case UpstreamEvent.Thought _,
                    UpstreamEvent.Grounding _,
                    UpstreamEvent.Logprobs _,
                    UpstreamEvent.ServerTool _,
                    UpstreamEvent.Media _,
                    UpstreamEvent.Report _,
                    UpstreamEvent.Raw _,
                    UpstreamEvent.Embedded _ -> {}
        }
    }

    private void append(String piece) {
        if (isShort()) {
            text.append(piece);
        }
    }

    /** Returns how many bytes are kept of an event. */
    long keeps(UpstreamEvent event) {
        return event instanceof UpstreamEvent.Text && isShort() ? AnswerBudget.once(event) : 0;
    }

    /** Returns whether more of the text is kept: what is too long is cut in any case. */
    private boolean isShort() {
        return text.length() < Summaries.TEXT_BYTES_MAX;
    }

    /** Returns why it cannot take the place of the conversation; null if it can. */
    @Nullable
    ApiError unshowable() {
        if (isFiltered) {
            return FILTERED;
        }
        return isCall || text.toString().isBlank() ? NONE : null;
    }

    String text() {
        return text.toString();
    }
}
