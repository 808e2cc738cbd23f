package dev.tollgate.contract;

import com.google.genai.Client;
import com.google.genai.ResponseStream;
import com.google.genai.errors.ApiException;
import com.google.genai.types.Candidate;
import com.google.genai.types.Content;
import com.google.genai.types.FunctionCall;
import com.google.genai.types.FunctionDeclaration;
import com.google.genai.types.FunctionResponse;
import com.google.genai.types.GenerateContentConfig;
import com.google.genai.types.GenerateContentResponse;
import com.google.genai.types.GoogleSearch;
import com.google.genai.types.GroundingChunk;
import com.google.genai.types.HttpOptions;
import com.google.genai.types.HttpRetryOptions;
import com.google.genai.types.Part;
import com.google.genai.types.ThinkingConfig;
import com.google.genai.types.Tool;
import dev.tollgate.testing.Gateway;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/** Google's own client for Java, at the Gemini door. As its users do, it sends the model's contents back as they came, signatures included. */
final class ViaGoogleGenAi implements ForeignClient.Driver {

    private static final JsonMapper JSON = new JsonMapper();
    private static final String MADE = "made-";

    private final String url;
    /** What the model said, by the id of its first call. */
    private final Map<String, Content> answered = new HashMap<>();

    private int made;

    ViaGoogleGenAi(Gateway gateway) {
        this.url = gateway.url();
    }

    private Client client(String key) {
        return Client.builder()
                .apiKey(key)
                .httpOptions(HttpOptions.builder()
                        .baseUrl(url)
                        .retryOptions(HttpRetryOptions.builder().attempts(1))
                        .build())
                .build();
    }

    @Override
    public Said ask(String key, Question question) {
        Heard heard = new Heard();
        try (Client client = client(key)) {
            if (question.streams()) {
                try (ResponseStream<GenerateContentResponse> stream =
                        client.models.generateContentStream(question.model(), contents(question), config(question))) {
                    stream.forEach(heard::take);
                }
            } else {
                heard.take(client.models.generateContent(question.model(), contents(question), config(question)));
            }
            return heard.said(null);
        } catch (ApiException e) {
            heard.finish = null;
            return heard.said(new Said.Failure(e.code(), e.status() + " " + e.message()));
        } catch (RuntimeException e) {
            heard.finish = null;
            return heard.said(new Said.Failure(0, e.toString()));
        }
    }

    @Override
    public void leave(String key, Question question) {
        try (Client client = client(key)) {
            ResponseStream<GenerateContentResponse> stream =
                    client.models.generateContentStream(question.model(), contents(question), config(question));
            stream.iterator().hasNext();
            stream.close();
        }
    }

    @Override
    public void close() {
        answered.clear();
    }

    // ---- what is asked ----

    private List<Content> contents(Question question) {
        List<Content> contents = new ArrayList<>();
        Map<String, String> names = new HashMap<>();
        List<Part> results = new ArrayList<>();
        for (Question.Turn turn : question.turns()) {
            turn.calls().forEach(call -> names.put(call.id(), call.name()));
            if (turn.role() == Question.Role.TOOL) {
                results.add(result(turn, Objects.requireNonNull(names.get(turn.callId()))));
                continue;
            }
            flush(results, contents);
            switch (turn.role()) {
                case USER -> contents.add(content("user", userParts(turn)));
                case ASSISTANT ->
                    contents.add(
                            turn.calls().isEmpty()
                                    ? content("model", List.of(Part.fromText(turn.text())))
                                    : Objects.requireNonNull(
                                            answered.get(turn.calls().getFirst().id())));
                default -> {}
            }
        }
        flush(results, contents);
        return contents;
    }

    private static void flush(List<Part> results, List<Content> contents) {
        if (!results.isEmpty()) {
            contents.add(content("user", List.copyOf(results)));
            results.clear();
        }
    }

    private static Content content(String role, List<Part> parts) {
        return Content.builder().role(role).parts(parts).build();
    }

    private static List<Part> userParts(Question.Turn turn) {
        List<Part> parts = new ArrayList<>(List.of(Part.fromText(turn.text())));
        for (String url : turn.media()) {
            if (url.startsWith("data:")) {
                String type = url.substring("data:".length(), url.indexOf(';'));
                parts.add(Part.fromBytes(Base64.getDecoder().decode(url.substring(url.indexOf(',') + 1)), type));
            } else {
                parts.add(Part.fromUri(url, ""));
            }
        }
        return parts;
    }

    private static Part result(Question.Turn turn, String name) {
        FunctionResponse.Builder response =
                FunctionResponse.builder().name(name).response(Map.of("output", turn.text()));
        String id = Objects.requireNonNull(turn.callId());
        return Part.builder()
                .functionResponse((id.startsWith(MADE) ? response : response.id(id)).build())
                .build();
    }

    private static GenerateContentConfig config(Question question) {
        GenerateContentConfig.Builder config = GenerateContentConfig.builder().maxOutputTokens(question.tokensMax());
        question.turns().stream()
                .filter(turn -> turn.role() == Question.Role.SYSTEM)
                .forEach(turn -> config.systemInstruction(Content.fromParts(Part.fromText(turn.text()))));
        if (!question.tools().isEmpty()) {
            config.tools(Tool.builder()
                    .functionDeclarations(question.tools().stream()
                            .map(ViaGoogleGenAi::declaration)
                            .toList())
                    .build());
        }
        if (question.searches()) {
            config.tools(
                    Tool.builder().googleSearch(GoogleSearch.builder().build()).build());
        }
        if (question.effort() != null) {
            config.thinkingConfig(ThinkingConfig.builder()
                    .includeThoughts(true)
                    .thinkingLevel(question.effort().toUpperCase(Locale.ROOT)));
        }
        if (question.schema() != null) {
            config.responseMimeType("application/json")
                    .responseJsonSchema(JSON.readValue(question.schema(), Map.class));
        }
        return config.build();
    }

    private static FunctionDeclaration declaration(Question.Tool tool) {
        return FunctionDeclaration.builder()
                .name(tool.name())
                .description(tool.description())
                .parametersJsonSchema(JSON.readValue(tool.parameters(), Map.class))
                .build();
    }

    // ---- what is heard ----

    private final class Heard {

        private final StringBuilder text = new StringBuilder();
        private final StringBuilder thoughts = new StringBuilder();
        private final List<Question.Call> calls = new ArrayList<>();
        private final List<Part> parts = new ArrayList<>();
        private final List<String> sources = new ArrayList<>();
        private @Nullable String finish;
        private long tokens;

        private void take(GenerateContentResponse chunk) {
            for (Candidate candidate : chunk.candidates().orElse(List.of())) {
                candidate.content().flatMap(Content::parts).orElse(List.of()).forEach(this::take);
                candidate.finishReason().ifPresent(reason -> finish = end(reason.toString()));
                candidate
                        .groundingMetadata()
                        .flatMap(grounding -> grounding.groundingChunks())
                        .orElse(List.of())
                        .forEach(this::take);
            }
            chunk.usageMetadata().flatMap(usage -> usage.totalTokenCount()).ifPresent(total -> tokens = total);
        }

        private void take(GroundingChunk chunk) {
            chunk.web().flatMap(web -> web.uri()).ifPresent(sources::add);
        }

        private void take(Part part) {
            parts.add(part);
            part.functionCall().ifPresent(call -> calls.add(call(call)));
            (part.thought().orElse(false) ? thoughts : text).append(part.text().orElse(""));
        }

        private Question.Call call(FunctionCall call) {
            return new Question.Call(
                    call.id().orElseGet(() -> MADE + ++made),
                    call.name().orElseThrow(),
                    JSON.writeValueAsString(call.args().orElse(Map.of())));
        }

        private static String end(String reason) {
            return switch (reason) {
                case "STOP" -> "stop";
                case "MAX_TOKENS" -> "length";
                case "SAFETY" -> "content_filter";
                default -> reason;
            };
        }

        private Said said(Said.@Nullable Failure failure) {
            if (!calls.isEmpty()) {
                answered.put(calls.getFirst().id(), content("model", parts));
                finish = "stop".equals(finish) ? "tool_calls" : finish;
            }
            return new Said(text.toString(), thoughts.toString(), calls, finish, tokens, sources, failure);
        }
    }
}
