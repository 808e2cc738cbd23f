package dev.tollgate.contract;

import static dev.tollgate.contract.OpenAiJava.ask;
import static dev.tollgate.testing.Asserts.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.openai.core.http.StreamResponse;
import com.openai.errors.BadRequestException;
import com.openai.errors.InternalServerException;
import com.openai.errors.NotFoundException;
import com.openai.errors.OpenAIServiceException;
import com.openai.errors.PermissionDeniedException;
import com.openai.errors.RateLimitException;
import com.openai.errors.SseException;
import com.openai.errors.UnauthorizedException;
import com.openai.errors.UnexpectedStatusCodeException;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import dev.tollgate.testing.Gateway;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each refusal and failure is the exception that openai-java has for it, with our message, and is tried again only where that helps. */
class OpenAiJavaErrorTest {

    /** The longest wait that a server may demand of the client; without a demand the client waits half a second. */
    private static final Duration WAIT_MAX = Duration.ofSeconds(8);

    private static Gateway gateway;

    @BeforeAll
    static void start() {
        gateway = Gateway.start();
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    @BeforeEach
    void natural() {
        gateway.script(Scripts.NONE);
    }

    // ---- refusals ----

    @Test
    void a_wrong_value_is_a_bad_request_that_names_its_field() {
        BadRequestException error = refused(
                Gateway.DEMO_KEY,
                BadRequestException.class,
                ask("gemini-2.5-pro", "Hi").temperature(3));

        assertThat(error.code()).contains("invalid_request");
        assertThat(error.type()).contains("invalid_request_error");
        assertThat(error.param()).contains("temperature");
        assertThat(error.getMessage()).contains("temperature").contains("2");
    }

    @Test
    void an_unknown_key_is_unauthorized() {
        UnauthorizedException error = refused("sk-nobody", UnauthorizedException.class);

        assertThat(error.code()).contains("invalid_api_key");
        assertThat(error.getMessage()).doesNotContain("sk-nobody");
    }

    @Test
    void an_empty_account_gets_the_top_up_error() {
        UnexpectedStatusCodeException error = refused(new Callers(gateway).poor(), UnexpectedStatusCodeException.class);

        assertThat(error.statusCode()).isEqualTo(402);
        assertThat(error.body().toString())
                .contains("insufficient_credits")
                .contains("Your credit balance is too low. Please top up.");
    }

    @Test
    void a_foreign_address_is_denied() {
        PermissionDeniedException error =
                refused(new Callers(gateway).fromElsewhere(), PermissionDeniedException.class);

        assertThat(error.code()).contains("ip_not_allowed");
        assertThat(error.getMessage()).contains("127.0.0.1");
    }

    @Test
    void an_unknown_model_is_not_found() {
        NotFoundException error = refused(Gateway.DEMO_KEY, NotFoundException.class, ask("gemini-9", "Hi"));

        assertThat(error.code()).contains("model_not_found");
        assertThat(error.getMessage()).contains("gemini-9");
    }

    /** @return the exception; the call was made once and cost nothing */
    private static <E extends OpenAIServiceException> E refused(String key, Class<E> type) {
        return refused(key, type, ask("gemini-2.5-pro", "Hi"));
    }

    private static <E extends OpenAIServiceException> E refused(
            String key, Class<E> type, ChatCompletionCreateParams.Builder params) {
        int askedBefore = gateway.asked().size();
        try (OpenAiJava openai = OpenAiJava.of(gateway, key)) {
            E error = catchThrowableOfType(type, () -> openai.create(params));

            assertThat(error).isNotNull();
            assertThat(openai.tries()).isEqualTo(1);
            assertThat(gateway.asked()).hasSize(askedBefore);
            return error;
        }
    }

    // ---- limits ----

    @Test
    void a_rate_limit_says_when_to_come_back_and_the_client_waits_that_long() {
        try (OpenAiJava openai = OpenAiJava.of(gateway, new Callers(gateway).once())) {
            openai.create(ask("gemini-2.5-pro", "Say: one"));

            RateLimitException error = catchThrowableOfType(
                    RateLimitException.class, () -> openai.create(ask("gemini-2.5-pro", "Say: two")));

            assertThat(error.code()).contains("rate_limit_exceeded");
            assertThat(error.headers().values("retry-after"))
                    .singleElement()
                    .satisfies(seconds -> assertThat(Integer.parseInt(seconds)).isBetween(9, 60));
            assertThat(openai.tries()).isEqualTo(4);
            assertThat(openai.waits()).containsExactly(WAIT_MAX, WAIT_MAX);
        }
    }

    @Test
    void a_spend_limit_is_not_tried_again() {
        try (OpenAiJava openai = OpenAiJava.of(gateway, new Callers(gateway).thrifty())) {
            UnexpectedStatusCodeException error = catchThrowableOfType(
                    UnexpectedStatusCodeException.class, () -> openai.create(ask("gemini-2.5-pro", "Hi")));

            assertThat(error.statusCode()).isEqualTo(402);
            assertThat(error.code()).contains("spend_limit_exceeded");
            assertThat(error.type()).contains("billing_error");
            assertThat(error.getMessage()).contains("total spend limit");
            assertThat(openai.tries()).isEqualTo(1);
        }
    }

    // ---- failures of the upstream ----

    @Test
    void what_the_upstream_refuses_is_not_tried_again() {
        gateway.script(Scripts.status(400));
        try (OpenAiJava openai = OpenAiJava.of(gateway)) {
            int askedBefore = gateway.asked().size();

            InternalServerException error = catchThrowableOfType(
                    InternalServerException.class, () -> openai.create(ask("gemini-2.5-pro", "Forbidden")));

            assertThat(error.statusCode()).isEqualTo(503);
            assertThat(error.code()).contains("upstream_error");
            assertThat(error.headers().values("x-should-retry")).containsExactly("false");
            assertThat(openai.tries()).isEqualTo(1);
            assertThat(gateway.asked()).hasSize(askedBefore + 1);
        }
    }

    @Test
    void an_outage_that_lasts_is_an_exception_after_three_tries_and_costs_nothing() {
        gateway.script(Scripts.status(503));
        String before = gateway.credits().toString();
        try (OpenAiJava openai = OpenAiJava.of(gateway)) {
            InternalServerException error = catchThrowableOfType(
                    InternalServerException.class, () -> openai.create(ask("gemini-2.5-pro", "Hi")));

            assertThat(error.code()).contains("upstream_error");
            assertThat(error.getMessage()).contains("temporarily unavailable");
            assertThat(openai.tries()).isEqualTo(3);
        }
        assertThat(gateway.credits()).hasToString(before);
    }

    @Test
    void an_outage_that_ends_is_no_exception() {
        gateway.script(Scripts.status(503, 3));
        try (OpenAiJava openai = OpenAiJava.of(gateway)) {
            assertThat(openai.create(ask("gemini-2.5-pro", "Say: back"))
                            .choices()
                            .getFirst()
                            .message()
                            .content())
                    .contains("back");
            assertThat(openai.tries()).isBetween(1, 3);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"error_event", "raw_error_tail", "reset", "eof", "html"})
    void a_failure_in_the_middle_of_a_stream_is_an_exception_after_what_came(String fault) {
        gateway.script(Scripts.brokenAfter("Half of", fault));
        String before = gateway.credits().toString();
        List<String> heard = new ArrayList<>();
        try (OpenAiJava openai = OpenAiJava.of(gateway)) {
            SseException error = catchThrowableOfType(SseException.class, () -> {
                try (StreamResponse<ChatCompletionChunk> stream = openai.client()
                        .chat()
                        .completions()
                        .createStreaming(ask("gemini-2.5-pro", "Hi").build())) {
                    stream.stream()
                            .flatMap(chunk -> chunk.choices().stream())
                            .flatMap(choice -> choice.delta().content().stream())
                            .forEach(heard::add);
                }
            });

            assertThat(error.code()).contains("upstream_error");
            assertThat(error.type()).contains("upstream_error");
            assertThat(error.getMessage()).contains("upstream provider");
            assertThat(String.join("", heard)).isEqualTo("Half of");
        }
        assertThat(gateway.credits()).hasToString(before);
    }

    @Test
    void a_failure_before_the_first_byte_of_a_stream_is_a_plain_error() {
        gateway.script(Scripts.status(400));
        try (OpenAiJava openai = OpenAiJava.of(gateway)) {
            InternalServerException error = catchThrowableOfType(
                    InternalServerException.class, () -> openai.stream(ask("gemini-2.5-pro", "Hi")));

            assertThat(error.code()).contains("upstream_error");
            assertThat(openai.tries()).isEqualTo(1);
        }
    }

    // ---- leaving ----

    @Test
    void a_stream_that_is_closed_early_ends_the_upstreams_work() {
        gateway.script(Scripts.silentAfter("Once upon"));
        long abandonedBefore = gateway.sandbox().abandonedAnswers();
        String id;
        try (OpenAiJava openai = OpenAiJava.of(gateway);
                StreamResponse<ChatCompletionChunk> stream = openai.client()
                        .chat()
                        .completions()
                        .createStreaming(ask("gemini-2.5-pro", "A long story").build())) {
            Iterator<ChatCompletionChunk> chunks = stream.stream().iterator();
            ChatCompletionChunk first = chunks.next();
            id = first.id();
            assertThat(chunks.next().choices().getFirst().delta().content()).contains("Once upon");
        }

        Eventually.hold(() -> assertThat(
                        gateway.get("/v1/tasks/" + id).json().get("status").asString())
                .isEqualTo("cancelled"));
        Eventually.hold(() -> assertThat(gateway.sandbox().abandonedAnswers()).isEqualTo(abandonedBefore + 1));
        assertThat(gateway.credits().get("reserved").decimalValue()).isZero();
    }
}
