package dev.tollgate.contract;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.anthropic.client.AnthropicClient;
import com.anthropic.client.okhttp.AnthropicOkHttpClient;
import com.anthropic.helpers.MessageAccumulator;
import com.anthropic.models.messages.MessageCreateParams;
import com.anthropic.models.messages.RawMessageStreamEvent;
import com.openai.core.http.StreamResponse;
import com.openai.helpers.ResponseAccumulator;
import com.openai.models.responses.ResponseCreateParams;
import com.openai.models.responses.ResponseStreamEvent;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.googleai.GoogleAiGeminiStreamingChatModel;
import dev.tollgate.testing.Effort;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.NodePackages;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Clients that others wrote, the playground's reader and readers of the native array have the whole text of a stream that is silent after its first event for
 * 16 s, then for 70 s, and then has one byte a second, behind a proxy that cuts a connection after 60 s without a byte (D35, E21).
 */
@Timeout(900)
class SilentStreamsTest {

    private static final String MODEL = "gemini-2.5-pro";
    private static final String TEXT = "One two three.";
    private static final int CUT_MILLIS = 60_000;
    private static final String SCRIPT = """
            - respond:
                - event: {candidates: [{content: {role: model, parts: [{text: "One "}]}, index: 0}]}
                - delay_ms: 16000
                - event: {candidates: [{content: {role: model, parts: [{text: "two "}]}, index: 0}]}
                - delay_ms: 70000
                - {fault: trickle, every_ms: 1000}
                - event: {candidates: [{content: {role: model, parts: [{text: "three."}]}, finishReason: STOP, index: 0}]}
            """;

    @Test
    void no_client_loses_text_of_a_silent_stream() throws Exception {
        assumeTrue(Effort.isLong(), "it takes minutes");
        try (Gateway gateway = Gateway.start("models.file", "models/gemini-all.yaml");
                CuttingProxy proxy = new CuttingProxy(gateway.app().port());
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            gateway.script(SCRIPT);
            gateway.standBehind(proxy.url());
            Map<String, Future<String>> asked = new TreeMap<>();
            ofJava(gateway).forEach((name, client) -> asked.put(name, threads.submit(client)));
            Map<String, String> heard = new TreeMap<>();
            inJavaScript(gateway.url())
                    .properties()
                    .forEach(it -> heard.put(it.getKey(), it.getValue().asString()));
            for (Map.Entry<String, Future<String>> each : asked.entrySet()) {
                heard.put(each.getKey(), outcome(each.getValue()));
            }

            assertThat(heard).hasSize(17 + asked.size()).allSatisfy((name, text) -> assertThat(text)
                    .isEqualTo(TEXT));
            gateway.assertBooksAreClosed();
        }
    }

    private static String outcome(Future<String> text) throws InterruptedException {
        try {
            return text.get();
        } catch (ExecutionException e) {
            return e.getCause().toString();
        }
    }

    private static Map<String, Callable<String>> ofJava(Gateway gateway) {
        return Map.of(
                "openai-java", () -> text(ForeignClient.OPENAI_JAVA, gateway),
                "openai-java responses", () -> ofResponses(gateway),
                "anthropic-java", () -> ofMessages(gateway),
                "langchain4j", () -> text(ForeignClient.LANGCHAIN4J, gateway),
                "langchain4j gemini", () -> ofLangChain4jsGemini(gateway),
                "genai java", () -> text(ForeignClient.GOOGLE_GENAI, gateway));
    }

    private static String text(ForeignClient client, Gateway gateway) {
        try (ForeignClient.Driver driver = client.driver(gateway)) {
            Said said = driver.ask(Gateway.DEMO_KEY, Question.to(MODEL, true).user("Tell me"));
            return said.failure() == null ? said.text() : said.failure().toString();
        }
    }

    private static String ofResponses(Gateway gateway) {
        ResponseAccumulator whole = ResponseAccumulator.create();
        ResponseCreateParams params = ResponseCreateParams.builder()
                .model(MODEL)
                .store(false)
                .input("Tell me")
                .build();
        try (OpenAiJava openai = OpenAiJava.of(gateway);
                StreamResponse<ResponseStreamEvent> stream =
                        openai.client().responses().createStreaming(params)) {
            stream.stream().forEach(event -> whole.accumulate(event.validate()));
        }
        return whole.response().output().stream()
                .flatMap(item -> item.message().stream())
                .flatMap(message -> message.content().stream())
                .map(content -> content.asOutputText().text())
                .collect(Collectors.joining());
    }

    private static String ofMessages(Gateway gateway) {
        AnthropicClient anthropic = AnthropicOkHttpClient.builder()
                .baseUrl(gateway.url())
                .apiKey(Gateway.DEMO_KEY)
                .responseValidation(true)
                .maxRetries(0)
                .build();
        MessageAccumulator whole = MessageAccumulator.create();
        MessageCreateParams params = MessageCreateParams.builder()
                .model(MODEL)
                .maxTokens(4096)
                .addUserMessage("Tell me")
                .build();
        try (com.anthropic.core.http.StreamResponse<RawMessageStreamEvent> stream =
                anthropic.messages().createStreaming(params)) {
            stream.stream().forEach(whole::accumulate);
        } finally {
            anthropic.close();
        }
        return whole.message().content().getFirst().asText().text();
    }

    private static String ofLangChain4jsGemini(Gateway gateway) {
        GoogleAiGeminiStreamingChatModel model = GoogleAiGeminiStreamingChatModel.builder()
                .baseUrl(gateway.url() + "/v1beta")
                .apiKey(Gateway.DEMO_KEY)
                .modelName(MODEL)
                .build();
        ChatRequest request =
                ChatRequest.builder().messages(UserMessage.from("Tell me")).build();
        return Heard.of(model, request).whole().aiMessage().text();
    }

    private static JsonNode inJavaScript(String url) throws IOException {
        NodePackages.Run run = NodePackages.run(
                NodePackages.installed(),
                NodePackages.node(),
                NodePackages.node(),
                "doors.mjs",
                "silent",
                url,
                Gateway.DEMO_KEY,
                MODEL);
        assertThat(run.exit()).as(run.output()).isZero();
        return new JsonMapper().readTree(run.output().lines().toList().getLast());
    }

    /** Relays connections to a server, and cuts one whose server sends nothing for {@link #CUT_MILLIS}. */
    private static final class CuttingProxy implements AutoCloseable {

        private final ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        private final int port;

        CuttingProxy(int port) throws IOException {
            this.port = port;
            Thread.ofVirtual().start(this::accept);
        }

        String url() {
            return "http://127.0.0.1:" + server.getLocalPort();
        }

        private void accept() {
            try {
                while (true) {
                    Socket caller = server.accept();
                    Socket behind = new Socket(InetAddress.getLoopbackAddress(), port);
                    behind.setSoTimeout(CUT_MILLIS);
                    Thread.ofVirtual().start(() -> relay(caller, behind));
                    Thread.ofVirtual().start(() -> relay(behind, caller));
                }
            } catch (IOException closed) {
                // the test has ended
            }
        }

        private static void relay(Socket from, Socket to) {
            try (from;
                    to) {
                InputStream in = from.getInputStream();
                OutputStream out = to.getOutputStream();
                byte[] bytes = new byte[8_192];
                for (int read = in.read(bytes); read >= 0; read = in.read(bytes)) {
                    out.write(bytes, 0, read);
                }
            } catch (IOException cut) {
                // both are closed
            }
        }

        @Override
        public void close() throws IOException {
            server.close();
        }
    }
}
