package dev.tollgate.contract;

import static dev.tollgate.testing.Asserts.assertThat;

import com.google.genai.Client;
import com.google.genai.types.GenerateContentConfig;
import com.google.genai.types.GenerateContentResponse;
import com.google.genai.types.HttpOptions;
import com.google.genai.types.Part;
import com.google.genai.types.PrebuiltVoiceConfig;
import com.google.genai.types.SpeechConfig;
import com.google.genai.types.VoiceConfig;
import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.http.HttpResponse;
import com.openai.core.http.StreamResponse;
import com.openai.models.audio.speech.SpeechCreateParams;
import com.openai.models.audio.transcriptions.Transcription;
import com.openai.models.audio.transcriptions.TranscriptionCreateParams;
import com.openai.models.audio.transcriptions.TranscriptionStreamEvent;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.NodePackages;
import java.io.IOException;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** OpenAI's and Google's own clients for Java and JavaScript and Vercel's AI SDK have a text spoken, and what was spoken written down. */
@Timeout(240)
class AudioClientsTest {

    private static final String MODEL = "gemini-3.8-flash";
    private static final String SPEECH = "gemini-3.8-flash-tts";

    /** The sandbox speaks fifteen characters a second. */
    private static final int BYTES = 20 * 1_920;

    private static Gateway gateway;

    @BeforeAll
    static void start() {
        gateway = Gateway.start();
    }

    @AfterAll
    static void stop() {
        gateway.assertBooksAreClosed();
        gateway.close();
    }

    @Test
    void openais_client_for_java_speaks_and_writes_down() throws IOException {
        OpenAIClient client = OpenAIOkHttpClient.builder()
                .baseUrl(gateway.url() + "/v1")
                .apiKey(Gateway.DEMO_KEY)
                .maxRetries(0)
                .build();
        try {
            byte[] wav;
            try (HttpResponse response = client.audio()
                    .speech()
                    .create(SpeechCreateParams.builder()
                            .model(SPEECH)
                            .input("Good morning")
                            .voice("nova")
                            .build())) {
                wav = response.body().readAllBytes();
            }
            assertThat(wav).hasSize(44 + BYTES);
            Transcription written =
                    client.audio().transcriptions().create(heard(wav)).asTranscription();
            assertThat(written.text()).contains("audio/wav", wav.length + " bytes");
            assertThat(written.usage().orElseThrow().asTokens().inputTokens()).isPositive();
            try (StreamResponse<TranscriptionStreamEvent> stream =
                    client.audio().transcriptions().createStreaming(heard(wav))) {
                List<TranscriptionStreamEvent> events = stream.stream().toList();
                assertThat(events.stream()
                                .flatMap(event -> event.transcriptTextDelta().stream())
                                .map(delta -> delta.delta())
                                .collect(Collectors.joining()))
                        .isEqualTo(written.text());
                assertThat(events.getLast().asTranscriptTextDone().text()).isEqualTo(written.text());
            }
        } finally {
            client.close();
        }
    }

    private static TranscriptionCreateParams heard(byte[] file) {
        return TranscriptionCreateParams.builder().model(MODEL).file(file).build();
    }

    @Test
    void googles_client_for_java_speaks_at_the_native_door() {
        try (Client client = Client.builder()
                .apiKey(Gateway.DEMO_KEY)
                .httpOptions(HttpOptions.builder().baseUrl(gateway.url()).build())
                .build()) {
            GenerateContentResponse response = client.models.generateContent(
                    SPEECH,
                    "Good morning",
                    GenerateContentConfig.builder()
                            .responseModalities("AUDIO")
                            .speechConfig(SpeechConfig.builder()
                                    .voiceConfig(VoiceConfig.builder()
                                            .prebuiltVoiceConfig(PrebuiltVoiceConfig.builder()
                                                    .voiceName("Kore")
                                                    .build())
                                            .build())
                                    .build())
                            .build());
            List<Part> parts = response.parts();
            assertThat(parts).hasSize(1);
            assertThat(parts.getFirst().inlineData().orElseThrow().data().orElseThrow())
                    .hasSize(44 + BYTES);
        }
    }

    @Test
    void clients_for_javascript_of_openai_vercel_and_google_speak_and_write_down() throws IOException {
        NodePackages.Run run = NodePackages.run(
                NodePackages.installed(),
                NodePackages.node(),
                NodePackages.node(),
                "doors.mjs",
                "audio",
                gateway.url(),
                Gateway.DEMO_KEY,
                MODEL);
        assertThat(run.exit()).as(run.output()).isZero();
        JsonNode came = new JsonMapper().readTree(run.output().lines().toList().getLast());
        assertThat(came.get("wav").toString()).isEqualTo("[\"RIFF\"," + (44 + BYTES) + "]");
        assertThat(came.get("pcm").asInt()).isEqualTo(BYTES);
        assertThat(came.get("spoken").asInt()).isEqualTo(BYTES);
        assertThat(came.get("events").toString())
                .startsWith("[\"speech.audio.delta\"")
                .endsWith("\"speech.audio.done\"]");
        assertThat(came.at("/usage/output_tokens").asInt()).isEqualTo(20);
        String written = came.get("written").asString();
        assertThat(written).contains("audio/wav");
        assertThat(came.get("heard").asInt()).isPositive();
        assertThat(came.get("plain").asString()).isEqualTo(written + "\n");
        assertThat(came.get("deltas").asString()).isEqualTo(written);
        assertThat(came.at("/done/0").asString()).isEqualTo("transcript.text.done");
        assertThat(came.at("/done/1").asString()).isEqualTo(written);
        assertThat(came.get("refused").asString()).contains("must be wav or pcm, got 'mp3'");
        assertThat(came.at("/ai/0").asString()).isEqualTo("audio/wav");
        assertThat(came.at("/ai/1").asString()).isEqualTo(written);
        assertThat(came.at("/google/type").asString()).isEqualTo("audio/wav");
        assertThat(came.at("/google/bytes").asInt()).isEqualTo(44 + BYTES);
        assertThat(came.at("/google/streamed").asInt()).isEqualTo(BYTES);
        assertThat(came.at("/google/tokens").toString()).isEqualTo("[{\"modality\":\"AUDIO\",\"tokenCount\":20}]");
    }
}
