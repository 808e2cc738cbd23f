package dev.tollgate.sandbox;

import static dev.tollgate.sandbox.SandboxClient.GEMINI_25;
import static dev.tollgate.sandbox.SandboxClient.GEMINI_3;
import static dev.tollgate.sandbox.SandboxClient.user;
import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.sandbox.wire.Base64Blob;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** More of what Google refuses: schemas, the order of results, labels of media, and the models' tables. */
class SandboxRulesTest {

    private static final String DECLARATION = "* GenerateContentRequest.tools[0].function_declarations[0].";

    private static SandboxClient client;

    @BeforeAll
    static void start() {
        client = new SandboxClient();
    }

    @AfterAll
    static void stop() {
        client.close();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
        {"a":{"type":"STRING","format":"uuid"}}                | parameters.properties[a].format: only 'date-time' and 'enum' are supported for STRING type
        {"a":{"type":"INTEGER","format":"uint8"}}              | parameters.properties[a].format: only 'int32' and 'int64' are supported for INTEGER type
        {"a":{"type":"ARRAY"}}                                 | parameters.properties[a].items: missing field.
        {"a":{"type":"INTEGER","enum":["1"]}}                  | parameters.properties[a].enum: only allowed for STRING type
        {"a":{"type":"OBJECT"}}                                | parameters.properties[a].properties: should be non-empty for OBJECT type
        {"a":{"type":"ARRAY","items":{"anyOf":[{"type":"ARRAY"}]}}} | parameters.properties[a].items.any_of[0].items: missing field.
        {"a":{"type":"OBJECT","properties":{"b":{"type":"STRING"}},"required":["c"]}} | parameters.properties[a].required[0]: property is not defined
        """)
    void googles_own_schemas_are_looked_through(String properties, String message) {
        String tool =
                ",\"tools\":[{\"functionDeclarations\":[{\"name\":\"f\",\"parameters\":{\"type\":\"OBJECT\",\"properties\":"
                        + properties + "}}]}]";

        assertRefused(GEMINI_25, user("Hello", tool), DECLARATION + message);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
        {"$ref":"#/$defs/Missing"}                                   | : the reference #/$defs/Missing leads nowhere.
        {"$ref":"https://example.com/schema"}                        | : the reference https://example.com/schema leads nowhere.
        {"type":"object","properties":{"a":{"$ref":"#/$defs/A","description":"x"}},"$defs":{"A":{"type":"string"}}} | : a sub-schema with $ref may have no other fields but those starting with $.
        {"type":"object","properties":{"a":{"$ref":"#"}},"required":["a"]} | : cyclic references are only allowed within non-required properties.
        """)
    void json_schemas_are_looked_through_too(String schema, String message) {
        assertRefused(
                GEMINI_25,
                user(
                        "Hello",
                        ",\"generationConfig\":{\"responseMimeType\":\"application/json\",\"responseJsonSchema\":"
                                + schema + "}"),
                "* GenerateContentRequest.generation_config.response_json_schema" + message);
    }

    @Test
    void a_cycle_through_what_is_not_required_is_taken() {
        String schema =
                "{\"type\":\"object\",\"properties\":{\"next\":{\"$ref\":\"#\"},\"name\":{\"type\":\"string\"}},"
                        + "\"required\":[\"name\"]}";

        assertThat(client.generate(
                                GEMINI_25,
                                user(
                                        "Hello",
                                        ",\"generationConfig\":{\"responseMimeType\":\"application/json\",\"responseJsonSchema\":"
                                                + schema + "}"))
                        .status())
                .isEqualTo(200);
    }

    @Test
    void results_come_in_the_order_of_their_calls_or_by_id() {
        String question = "{\"role\":\"user\",\"parts\":[{\"text\":\"Go\"}]}";
        String calls = "{\"role\":\"model\",\"parts\":[" + call("f", "") + "," + call("g", "") + "]}";
        String withIds = "{\"role\":\"model\",\"parts\":[" + call("f", "1") + "," + call("g", "2") + "]}";

        assertRefused(
                GEMINI_25,
                contents(question, calls, results(result("g", ""), result("f", ""))),
                "Please ensure that function response parts have the names of the function call parts of the function call"
                        + " turn, in their order: `g` answers `f`.");
        assertTaken(contents(question, withIds, results(result("g", "2"), result("f", "1"))));
        assertRefused(
                GEMINI_25,
                contents(question, withIds, results(result("g", "3"), result("f", "1"))),
                "There is no function call with the id `3` in the function call turn.");
        assertRefused(
                GEMINI_25,
                contents(question, withIds, results(result("f", "1"), result("f", "1"))),
                "Please ensure that the number of function response parts is equal to the number of function call parts of"
                        + " the function call turn.");
    }

    @Test
    void results_may_come_one_behind_the_other_but_not_with_calls_between() {
        String question = "{\"role\":\"user\",\"parts\":[{\"text\":\"Go\"}]}";
        String both = "{\"role\":\"model\",\"parts\":[" + call("f", "") + "," + call("g", "") + "]}";
        String only = "{\"role\":\"model\",\"parts\":[" + call("f", "") + "]}";

        assertTaken(contents(question, both, results(result("f", "")), results(result("g", ""))));
        assertTaken(contents(question, both, results(result("f", "")), question, results(result("g", ""))));
        // Split into steps, the second has no signature of its own (protocol 2.4).
        String signed = "{\"role\":\"model\",\"parts\":[{\"functionCall\":{\"name\":\"f\"},\"thoughtSignature\":"
                + "\"skip_thought_signature_validator\"}]}";
        assertThat(client.generate(
                                GEMINI_3,
                                contents(question, signed, results(result("f", "")), only, results(result("f", ""))))
                        .error())
                .contains("is missing a thought_signature", "position 4");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
        {"a":[{"$ref":"#/$defs/A"}]}       | #/$defs/A
        {"\\u0024ref":"picture.jp"}        | picture.jp
        {"a":{"$ref":"a.png"},"$ref":"b"}  | b
        {"$ref":1}                         | ~~
        """)
    void a_reference_in_a_result_names_one_of_its_parts(String response, String name) {
        assertRefused(
                GEMINI_3,
                pictured(response),
                "The referenced name `" + name
                        + "` in function_response.response does not match to a display_name in the"
                        + " function_response.parts.");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"a\":[{\"$ref\":\"a.png\"}]}", "{\"a\":\"$ref\",\"$refs\":1,\"$defs\":{}}"})
    void a_reference_to_a_part_is_taken(String response) {
        SandboxClient.Reply reply = client.generate(GEMINI_3, pictured(response));

        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
    }

    /** A question whose function has this response and a picture. */
    private static String pictured(String response) {
        String picture = Base64.getEncoder().encodeToString(TestPictures.jpeg(8, 8));
        return contents(
                "{\"role\":\"user\",\"parts\":[{\"text\":\"Go\"}]}",
                "{\"role\":\"model\",\"parts\":[{\"functionCall\":{\"name\":\"f\"},\"thoughtSignature\":"
                        + "\"skip_thought_signature_validator\"}]}",
                results("{\"functionResponse\":{\"name\":\"f\",\"response\":" + response
                        + ",\"parts\":[{\"inlineData\":{\"mimeType\":\"image/jpeg\",\"displayName\":\"a.png\",\"data\":\""
                        + picture + "\"}}]}}"));
    }

    @Test
    void a_picture_that_is_something_else_cannot_be_processed() {
        String jpeg = Base64.getEncoder().encodeToString(TestPictures.jpeg(8, 8));
        String gif = Base64.getEncoder().encodeToString(TestPictures.gif(8, 8));

        assertThat(media("image/png", jpeg).error()).startsWith("Unable to process input image.");
        assertThat(media("image/webp", gif).error()).startsWith("Unable to process input image.");
        assertThat(media("image/png", "").error()).startsWith("Unable to process input image.");
        assertThat(media("image/jpeg", jpeg).answer())
                .startsWith("I received image/jpeg (")
                .contains("8 x 8 pixels");
        assertThat(media("application/json", "e30=").error()).isEqualTo("Unsupported MIME type: application/json");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
        "videoMetadata":{"fps":0}                              | * GenerateContentRequest.contents[0].parts[0].video_metadata.fps: fps must be in the range (0.0, 24.0].
        "videoMetadata":{"fps":24.5}                           | * GenerateContentRequest.contents[0].parts[0].video_metadata.fps: fps must be in the range (0.0, 24.0].
        "mediaResolution":{"level":"MEDIA_RESOLUTION_HIGH"}    | Media resolution per part is not supported by this model.
        """)
    void the_fields_next_to_media_data_are_checked(String beside, String message) {
        assertRefused(
                GEMINI_25,
                "{\"contents\":[{\"parts\":[{\"inlineData\":{\"mimeType\":\"video/mp4\",\"data\":\"AAAA\"}," + beside
                        + "}]}]}",
                message);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
        gemini-2.5-flash-lite  | "thinkingConfig":{"thinkingBudget":100}   | The thinking budget 100 is invalid. Please choose a value between 512 and 24576.
        gemini-3-flash-preview | "thinkingConfig":{"thinkingBudget":0}     | Budget 0 is invalid. This model only works in thinking mode.
        gemini-3.5-flash       | "responseLogprobs":true                   | Logprobs is not supported for this model.
        gemini-2.5-pro         | "responseLogprobs":true,"logprobs":21     | * GenerateContentRequest.generation_config.logprobs: logprobs must be in the range [0, 20].
        """)
    void each_model_has_its_table(String model, String config, String message) {
        assertRefused(model, user("Hello", ",\"generationConfig\":{" + config + "}"), message);
    }

    @Test
    void flash_lite_thinks_only_on_request() {
        assertThat(client.ask("gemini-2.5-flash-lite", "Hello").usage().has("thoughtsTokenCount"))
                .isFalse();
        assertThat(client.generate(
                                "gemini-2.5-flash-lite",
                                user("Hello", ",\"generationConfig\":{\"thinkingConfig\":{\"thinkingBudget\":-1}}"))
                        .usage()
                        .path("thoughtsTokenCount")
                        .asInt())
                .isPositive();
    }

    @Test
    void enums_are_closed_and_counting_takes_one_form() {
        assertThat(client.generate(GEMINI_25, user("Hello", ",\"serviceTier\":\"gold\""))
                        .error())
                .startsWith("Invalid value at 'service_tier'");
        assertTaken(user("Hello", ",\"serviceTier\":\"flex\""));
        assertThat(client.post(
                                "/v1beta/models/" + GEMINI_25 + ":countTokens",
                                "{\"contents\":[{\"parts\":[{\"text\":\"a\"}]}],\"generateContentRequest\":"
                                        + user("a", "") + "}")
                        .error())
                .isEqualTo("* CountTokensRequest: only one of contents and generate_content_request may be set.");
    }

    @Test
    void an_answer_on_2_5_is_signed_on_its_first_part_where_functions_are_declared() {
        String tool = ",\"tools\":[{\"functionDeclarations\":[{\"name\":\"f\"}]}]";

        assertThat(client.generate(GEMINI_25, user("Three trees", tool))
                        .parts()
                        .getFirst()
                        .has("thoughtSignature"))
                .isTrue();
        assertThat(client.generate(GEMINI_25, user("Three trees", "")).text()).doesNotContain("thoughtSignature");
    }

    @Test
    void base64_is_read_in_both_alphabets_and_slices() {
        byte[] bytes = new byte[200_000];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (i * 31);
        }
        for (Base64.Encoder encoder :
                List.of(Base64.getEncoder(), Base64.getEncoder().withoutPadding(), Base64.getUrlEncoder())) {
            for (int length : new int[] {0, 1, 2, 3, 49_151, 49_152, 49_153, 200_000}) {
                String text = encoder.encodeToString(java.util.Arrays.copyOf(bytes, length));
                assertThat(Base64Blob.isValid(text)).isTrue();
                assertThat(Base64Blob.bytes(text)).isEqualTo(length);
                assertThat(Base64Blob.facts(text).bytes()).isEqualTo(length);
            }
        }
        for (String bad : List.of("A", "AB=", "A===", "AB=C", "A B=", "+_AA", "AAAA=", "é")) {
            assertThat(Base64Blob.isValid(bad)).as(bad).isFalse();
        }
    }

    private static void assertRefused(String model, String body, String message) {
        SandboxClient.Reply reply = client.generate(model, body);
        assertThat(reply.status()).as(reply.text()).isEqualTo(400);
        assertThat(reply.error()).isEqualTo(message);
    }

    private static void assertTaken(String body) {
        SandboxClient.Reply reply = client.generate(GEMINI_25, body);
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
    }

    private static SandboxClient.Reply media(String type, String data) {
        return client.generate(
                GEMINI_25,
                "{\"contents\":[{\"parts\":[{\"inlineData\":{\"mimeType\":\"" + type + "\",\"data\":\"" + data
                        + "\"}}]}]}");
    }

    private static String call(String name, String id) {
        return "{\"functionCall\":{" + (id.isEmpty() ? "" : "\"id\":\"" + id + "\",") + "\"name\":\"" + name + "\"}}";
    }

    private static String result(String name, String id) {
        return "{\"functionResponse\":{" + (id.isEmpty() ? "" : "\"id\":\"" + id + "\",") + "\"name\":\"" + name
                + "\",\"response\":{\"output\":1}}}";
    }

    private static String results(String... parts) {
        return "{\"role\":\"user\",\"parts\":[" + String.join(",", parts) + "]}";
    }

    private static String contents(String... contents) {
        return "{\"contents\":[" + String.join(",", contents) + "]}";
    }
}
