package dev.tollgate.upstreams.gemini;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.base.conversation.Conversation;
import dev.tollgate.base.conversation.ServiceTier;
import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.json.Json;
import dev.tollgate.models.UpstreamModel;
import dev.tollgate.testing.ChatBodies;
import dev.tollgate.upstreams.connections.OutgoingBody;
import dev.tollgate.upstreams.gemini.GeminiEndpoint.CallIds;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.regex.Pattern;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/** Whatever a caller sends, a body for the upstream or a 400 that may be shown comes of it. A target of Jazzer's too. */
public final class RequestFuzz {

    private static final UploadedFile FILE = new UploadedFile(
            new UploadedFile.Content("0", "video/mp4"), "files/f", "https://files.example/f", Instant.EPOCH);

    private static final List<UpstreamModel> MODELS = List.of(Asks.PRO_25, Asks.PRO_31, Asks.PLAIN);
    private static final Pattern SHOWABLE = Pattern.compile("\\P{Cntrl}{1,4000}");
    private static final Pattern PARAM = Pattern.compile("[A-Za-z0-9_$.\\[\\]-]*");

    private RequestFuzz() {}

    public static void fuzzerTestOneInput(byte[] body) {
        Conversation conversation;
        try {
            conversation = ChatBodies.read(body);
        } catch (ApiException refusal) {
            check(refusal);
            return;
        }
        assertThat(ChatBodies.read(body)).isEqualTo(conversation);
        for (UpstreamModel model : MODELS) {
            translate(conversation, model);
        }
    }

    private static void translate(Conversation conversation, UpstreamModel model) {
        try {
            GeminiBody translated = GeminiRequestWriter.write(
                    Asks.of(conversation, model), model, CallIds.ANY, Asks.BUCKETS, ServiceTier.STANDARD);
            List<PlacedMedium> media =
                    translated.slots().stream().map(RequestFuzz::placed).toList();
            checkJson(bytes(translated.body(7L, media)));
            checkJson(bytes(translated.countBody("m", media)));
        } catch (ApiException refusal) {
            check(refusal);
        }
    }

    /** Token by token: numbers go on as they came, those too that no tree would hold. */
    private static void checkJson(byte[] body) {
        try (JsonParser parser = Json.STRICT.createParser(body)) {
            assertThat(parser.nextToken()).isEqualTo(JsonToken.START_OBJECT);
            parser.skipChildren();
            assertThat(parser.nextToken()).isNull();
        }
    }

    static PlacedMedium placed(DataSlot slot) {
        return switch (slot.content()) {
            case DataSlot.Inline inline -> new PlacedMedium.Text(inline.media());
            case DataSlot.Loaded loaded -> new PlacedMedium.Uploaded(FILE);
        };
    }

    static byte[] bytes(OutgoingBody body) {
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        for (OutgoingBody.Piece piece : body.pieces()) {
            switch (piece) {
                case OutgoingBody.Bytes it -> whole.write(it.bytes(), it.from(), it.to() - it.from());
                case OutgoingBody.Ascii it -> whole.writeBytes(it.text().getBytes(StandardCharsets.US_ASCII));
                default -> throw new AssertionError(piece);
            }
        }
        return whole.toByteArray();
    }

    private static void check(ApiException refusal) {
        assertThat(refusal.error().status()).isEqualTo(400);
        assertThat(SHOWABLE.matcher(refusal.error().message()).matches())
                .as(refusal.error().message())
                .isTrue();
        String param = refusal.error().param();
        assertThat(param == null || PARAM.matcher(param).matches()).as(param).isTrue();
    }
}
