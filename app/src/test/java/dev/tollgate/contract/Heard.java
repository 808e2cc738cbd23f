package dev.tollgate.contract;

import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.PartialResponse;
import dev.langchain4j.model.chat.response.PartialResponseContext;
import dev.langchain4j.model.chat.response.PartialThinking;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The calls that one stream made to a langchain4j handler. */
final class Heard implements StreamingChatResponseHandler {

    private static final int PATIENCE_SECONDS = 300;

    private final boolean cancels;
    private final List<String> texts = new CopyOnWriteArrayList<>();
    private final List<String> thoughts = new CopyOnWriteArrayList<>();
    private final CompletableFuture<Void> end = new CompletableFuture<>();
    private volatile @Nullable ChatResponse whole;
    private volatile @Nullable Throwable failure;

    private Heard(boolean cancels) {
        this.cancels = cancels;
    }

    /** Reads a stream to its end, good or bad. */
    static Heard of(StreamingChatModel model, ChatRequest request) {
        return heard(model, request, false);
    }

    /** Reads the first piece of text and leaves. */
    static Heard andCancel(StreamingChatModel model, ChatRequest request) {
        return heard(model, request, true);
    }

    private static Heard heard(StreamingChatModel model, ChatRequest request, boolean cancels) {
        Heard heard = new Heard(cancels);
        model.chat(request, heard);
        heard.end.orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS).join();
        return heard;
    }

    List<String> texts() {
        return texts;
    }

    List<String> thoughts() {
        return thoughts;
    }

    ChatResponse whole() {
        if (failure != null) {
            throw new AssertionError("the stream failed", failure);
        }
        return Objects.requireNonNull(whole);
    }

    boolean failed() {
        return failure != null;
    }

    Throwable failure() {
        return Objects.requireNonNull(failure, "the stream did not fail");
    }

    @Override
    public void onPartialResponse(PartialResponse partial, PartialResponseContext context) {
        texts.add(partial.text());
        if (cancels) {
            context.streamingHandle().cancel();
            end.complete(null);
        }
    }

    @Override
    public void onPartialThinking(PartialThinking partial) {
        thoughts.add(partial.text());
    }

    @Override
    public void onCompleteResponse(ChatResponse response) {
        whole = response;
        end.complete(null);
    }

    @Override
    public void onError(Throwable error) {
        failure = error;
        end.complete(null);
    }
}
