package dev.tollgate.protocols;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.BesideOthers;
import dev.tollgate.testing.CallServer;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.RunningServer.Reply;
import java.util.Base64;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Images of a model in the history that callers send back: the sandbox refuses those of {@code gemini-3-pro-image} without their signature, as
 * Google does.
 */
@BesideOthers
class ImageHistoryTest {

    private CallServer gateway;
    private Customer customer;
    private final ArrayNode messages = JsonNodeFactory.instance.arrayNode();

    @BeforeEach
    void start() {
        gateway = CallServer.start("models.file", "gateway/src/test/resources/catalogues/images.yaml");
        customer = gateway.customer("10000");
    }

    @AfterEach
    void stop() {
        gateway.assertBooksAreClosed();
        gateway.close();
    }

    /** What programs do to an answer before they send it back. */
    enum Client {
        KEEPS_ALL,
        DROPS_EXTRAS,
        /** As LangChain and the AI SDK do. */
        MOVES_IMAGES_TO_CONTENT;

        ObjectNode sentBack(ObjectNode message) {
            ObjectNode back = message.deepCopy();
            if (this != KEEPS_ALL) {
                back.path("images").forEach(image -> ((ObjectNode) image).remove("extra_content"));
                back.remove("extra_content");
            }
            if (this == MOVES_IMAGES_TO_CONTENT) {
                ArrayNode content = back.putArray("content");
                back.remove("images")
                        .forEach(image ->
                                content.addObject().put("type", "image_url").set("image_url", image.get("image_url")));
            }
            return back;
        }
    }

    private Reply says(String text) {
        messages.addObject().put("role", "user").put("content", text);
        ObjectNode body = JsonNodeFactory.instance.objectNode().put("model", "gemini-3-pro-image");
        body.set("messages", messages);
        Reply reply = customer.chat(body.toString());
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        assertThat(message(reply).path("images")).as(reply.text()).isNotEmpty();
        return reply;
    }

    private static ObjectNode message(Reply reply) {
        return (ObjectNode) reply.json().at("/choices/0/message");
    }

    @ParameterizedTest
    @EnumSource
    void an_image_is_edited_three_times_whatever_a_client_drops(Client client) {
        for (String wish : new String[] {"A house", "with a red door", "at night"}) {
            messages.add(client.sentBack(message(says(wish))));
        }
        Reply last = says("in snow");
        assertThat(last.header("x-tollgate-ignored")).isEmpty();
        assertThat(gateway.lastAsked()
                        .path("contents")
                        .valueStream()
                        .filter(content -> content.path("role").asString().equals("model"))
                        .flatMap(content -> content.path("parts").valueStream())
                        .filter(part -> part.has("inlineData"))
                        .toList())
                .hasSize(3)
                .allMatch(part -> part.path("thoughtSignature").asString("").length() > 10);
    }

    @Test
    void an_image_is_edited_after_a_restart() {
        messages.add(Client.DROPS_EXTRAS.sentBack(message(says("A house"))));
        gateway.restart();
        assertThat(says("with a red door").header("x-tollgate-ignored")).isEmpty();
    }

    @Test
    void an_image_that_was_changed_goes_to_the_users_next_turn() {
        ObjectNode back = Client.DROPS_EXTRAS.sentBack(message(says("A house")));
        ObjectNode url = (ObjectNode) back.at("/images/0/image_url");
        byte[] bytes = Base64.getDecoder().decode(url.get("url").asString().replaceFirst(".*,", ""));
        bytes[bytes.length / 2] ^= 1;
        url.put("url", "data:image/png;base64," + Base64.getEncoder().encodeToString(bytes));
        messages.add(back);
        Reply reply = says("with a red door");
        assertThat(reply.header("x-tollgate-ignored")).isEqualTo("messages.1.images.0");
        JsonNode last = gateway.lastAsked().path("contents").path(2);
        assertThat(last.path("role").asString()).isEqualTo("user");
        assertThat(last.at("/parts/0").has("inlineData")).isTrue();
        assertThat(last.at("/parts/1/text").asString()).isEqualTo("with a red door");
    }
}
