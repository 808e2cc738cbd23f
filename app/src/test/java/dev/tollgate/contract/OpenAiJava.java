package dev.tollgate.contract;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.Sleeper;
import com.openai.core.http.StreamResponse;
import com.openai.helpers.ChatCompletionAccumulator;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import dev.tollgate.testing.Gateway;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** openai-java as its users have it, but that it validates every answer, counts its tries and does not really wait between them. */
final class OpenAiJava implements AutoCloseable {

    private final AtomicInteger tries = new AtomicInteger();
    private final List<Duration> waits = new CopyOnWriteArrayList<>();
    private final OpenAIClient client;

    private OpenAiJava(String baseUrl, String key) {
        this.client = OpenAIOkHttpClient.builder()
                .baseUrl(baseUrl)
                .apiKey(key)
                .responseValidation(true)
                .sleeper(new Notes())
                .addInterceptor(chain -> {
                    tries.incrementAndGet();
                    return chain.proceed(chain.request());
                })
                .build();
    }

    static OpenAiJava of(Gateway gateway) {
        return of(gateway, Gateway.DEMO_KEY);
    }

    static OpenAiJava of(Gateway gateway, String key) {
        return new OpenAiJava(gateway.url() + "/v1", key);
    }

    static OpenAiJava withoutVersion(Gateway gateway) {
        return new OpenAiJava(gateway.url(), Gateway.DEMO_KEY);
    }

    OpenAIClient client() {
        return client;
    }

    /** How many HTTP calls were made. */
    int tries() {
        return tries.get();
    }

    /** What it would have waited between them. */
    List<Duration> waits() {
        return waits;
    }

    ChatCompletion create(ChatCompletionCreateParams.Builder params) {
        return client.chat().completions().create(params.build());
    }

    /** Reads a stream to its end. */
    Streamed stream(ChatCompletionCreateParams.Builder params) {
        ChatCompletionAccumulator accumulator = ChatCompletionAccumulator.create();
        try (StreamResponse<ChatCompletionChunk> stream =
                client.chat().completions().createStreaming(params.build())) {
            List<ChatCompletionChunk> chunks =
                    stream.stream().map(accumulator::accumulate).toList();
            return new Streamed(chunks, accumulator.chatCompletion());
        }
    }

    static ChatCompletionCreateParams.Builder ask(String model, String prompt) {
        return ChatCompletionCreateParams.builder().model(model).addUserMessage(prompt);
    }

    @Override
    public void close() {
        client.close();
    }

    /** @param whole what the client's own accumulator made of the chunks */
    record Streamed(List<ChatCompletionChunk> chunks, ChatCompletion whole) {}

    private final class Notes implements Sleeper {
        @Override
        public void sleep(Duration wait) {
            waits.add(wait);
        }

        @Override
        public CompletableFuture<Void> sleepAsync(Duration wait) {
            waits.add(wait);
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public void close() {
            // nothing is held
        }
    }
}
