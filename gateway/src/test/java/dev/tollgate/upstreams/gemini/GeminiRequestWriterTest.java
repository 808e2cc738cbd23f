package dev.tollgate.upstreams.gemini;

import static dev.tollgate.testing.Asserts.assertThat;
import static dev.tollgate.upstreams.gemini.Asks.asks;
import static dev.tollgate.upstreams.gemini.Asks.call;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.base.conversation.ContentPart;
import dev.tollgate.base.conversation.Effort;
import dev.tollgate.base.conversation.GoogleOptions;
import dev.tollgate.base.conversation.GoogleOptions.SafetySetting;
import dev.tollgate.base.conversation.Message;
import dev.tollgate.base.conversation.ResponseFormat;
import dev.tollgate.base.conversation.Tool;
import dev.tollgate.base.conversation.ToolChoice;
import dev.tollgate.base.error.ApiException;
import dev.tollgate.testing.ChatBodies;
import dev.tollgate.upstreams.media.WantedMedium;
import dev.tollgate.upstreams.pool.Replay;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The rows of protocol 4.1 and 4.2. */
class GeminiRequestWriterTest {

    private static final String PNG =
            "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

    private static AbstractThrowableAssert<?, ?> refused(Asks asks, String param) {
        return assertThatThrownBy(asks::body).isInstanceOfSatisfying(ApiException.class, refusal -> {
            assertThat(refusal.error().param()).isEqualTo(param);
            assertThat(refusal.error().status()).isEqualTo(400);
            assertThat(refusal.error().message()).contains(param);
        });
    }

    @Test
    void a_plain_question_is_one_user_content() {
        assertThat(asks().user("Hi").json()).isEqualTo("""
                        {"contents":[{"role":"user","parts":[{"text":"Hi"}]}],\
                        "generationConfig":{"thinkingConfig":{"includeThoughts":false}}}""");
    }

    @Test
    void every_instruction_becomes_a_part_of_the_system_instruction() {
        Asks asks = asks().instruction("A")
                .instruction("B")
                .user("Hi")
                .assistant("Ho")
                .user("Go");
        assertThat(asks.at("/systemInstruction")).isEqualTo("{\"parts\":[{\"text\":\"A\"},{\"text\":\"B\"}]}");
        assertThat(asks.tree().path("contents").size()).isEqualTo(3);
    }

    @Test
    void instructions_alone_are_sent_as_a_user_turn() {
        Asks asks = asks().instruction("A").instruction("B");
        assertThat(asks.at("/contents"))
                .isEqualTo("[{\"role\":\"user\",\"parts\":[{\"text\":\"A\"},{\"text\":\"B\"}]}]");
        assertThat(asks.tree().has("systemInstruction")).isFalse();
    }

    @Test
    void an_empty_instruction_leaves_no_system_instruction() {
        assertThat(asks().instruction("").user("Hi").tree().has("systemInstruction"))
                .isFalse();
    }

    @Test
    void empty_texts_are_left_out_unless_there_is_nothing_else() {
        Asks asks = asks().user(new ContentPart.Text(""), new ContentPart.Text("x"));
        assertThat(asks.at("/contents/0/parts")).isEqualTo("[{\"text\":\"x\"}]");
        assertThat(asks().user("").at("/contents/0/parts")).isEqualTo("[{\"text\":\"\"}]");
    }

    @Test
    void neighbouring_users_stay_apart_and_neighbouring_assistants_become_one() {
        Asks asks = asks().user("a").user("b").assistant("c").assistant("d").user("e");
        assertThat(asks.tree().path("contents").size()).isEqualTo(4);
        assertThat(asks.at("/contents/2"))
                .isEqualTo("{\"role\":\"model\",\"parts\":[{\"text\":\"c\"},{\"text\":\"d\"}]}");
    }

    @Test
    void an_assistant_message_without_anything_is_left_out() {
        assertThat(asks().user("a")
                        .assistant(null)
                        .user("b")
                        .tree()
                        .path("contents")
                        .size())
                .isEqualTo(2);
    }

    @Test
    void nothing_to_answer_is_refused() {
        refused(asks().assistant(""), "messages");
    }

    @Test
    void a_trailing_assistant_message_is_left_to_a_model_that_goes_on_from_it() {
        Asks asks = asks().user("a").assistant("b");
        assertThat(asks.tree().path("contents").size()).isEqualTo(2);
        assertThat(asks.body().ignored()).isEmpty();
    }

    @Test
    void behind_a_trailing_assistant_message_the_least_user_turn_follows_where_the_model_does_not_go_on() {
        Asks asks = asks().on(Asks.FLASH_38).user("a").assistant("b").assistant("c");
        assertThat(asks.at("/contents/2")).isEqualTo("{\"role\":\"user\",\"parts\":[{\"text\":\".\"}]}");
        assertThat(asks.body().ignored()).containsExactly("messages.2 (continued)");
    }

    @Test
    void no_model_goes_on_from_an_assistant_message_alone() {
        Asks asks = asks().assistant("a");
        assertThat(asks.at("/contents/1")).isEqualTo("{\"role\":\"user\",\"parts\":[{\"text\":\".\"}]}");
        assertThat(asks.body().ignored()).containsExactly("messages.0 (continued)");
    }

    @Test
    void neighbouring_assistant_messages_are_one_turn_whose_calls_are_answered_together() {
        Asks asks = asks().on(Asks.PRO_31)
                .user("a")
                .assistant("", call("c1", "f", "{}"))
                .assistant("b", call("c2", "g", "{}"))
                .assistant("")
                .result("c2", "2")
                .result("c1", "1");
        assertThat(asks.at("/contents/1/parts")).isEqualTo("""
                        [{"functionCall":{"id":"c1","name":"f","args":{}},"thoughtSignature":"skip_thought_signature_validator"},\
                        {"text":"b"},{"functionCall":{"id":"c2","name":"g","args":{}}}]""");
        assertThat(asks.at("/contents/2/parts")).isEqualTo("""
                        [{"functionResponse":{"id":"c1","name":"f","response":{"result":1}}},\
                        {"functionResponse":{"id":"c2","name":"g","response":{"result":2}}}]""");
    }

    // ---- tools in the history

    private static Asks twoCalls() {
        return asks().tool("weather", null)
                .user("Oslo and Rome?")
                .assistant("Let me see.", call("c1", "weather", "{\"city\": \"Oslo\"}"), call("c2", "weather", "{}"));
    }

    @Test
    void text_stands_before_calls_and_results_follow_in_the_order_of_the_calls() {
        Asks asks = twoCalls().result("c2", "18C").result("c1", "4C");
        assertThat(asks.at("/contents/1/parts")).isEqualTo("""
                        [{"text":"Let me see."},\
                        {"functionCall":{"id":"c1","name":"weather","args":{"city":"Oslo"}}},\
                        {"functionCall":{"id":"c2","name":"weather","args":{}}}]""");
        assertThat(asks.at("/contents/2")).isEqualTo("""
                        {"role":"user","parts":[\
                        {"functionResponse":{"id":"c1","name":"weather","response":{"result":"4C"}}},\
                        {"functionResponse":{"id":"c2","name":"weather","response":{"result":"18C"}}}]}""");
    }

    @Test
    void a_user_message_after_results_stays_a_content_of_its_own() {
        Asks asks = twoCalls().result("c1", "1").result("c2", "2").user("And now?");
        assertThat(asks.tree().path("contents").size()).isEqualTo(4);
    }

    @Test
    void an_instruction_between_call_and_result_does_not_separate_them() {
        Asks asks = twoCalls().result("c1", "1").instruction("Be brief.").result("c2", "2");
        assertThat(asks.tree().path("contents").size()).isEqualTo(3);
    }

    @Test
    void ids_made_on_this_side_do_not_go_back() {
        Asks asks =
                asks().user("?").assistant(null, call("call_abc", "f", "{}")).result("call_abc", "1");
        assertThat(asks.json()).doesNotContain("call_abc").doesNotContain("\"id\"");
    }

    @Test
    void an_id_that_is_used_again_means_the_nearest_call_before() {
        Asks asks = asks().user("?")
                .assistant(null, call("f", "f", "{}"))
                .result("f", "1")
                .assistant(null, call("f", "g", "{}"))
                .result("f", "2");
        assertThat(asks.at("/contents/2/parts/0/functionResponse/name")).isEqualTo("\"f\"");
        assertThat(asks.at("/contents/4/parts/0/functionResponse/name")).isEqualTo("\"g\"");
    }

    @Test
    void parallel_calls_of_one_name_stay_two() {
        Asks asks = twoCalls().result("c1", "1").result("c2", "2");
        assertThat(asks.tree().at("/contents/2/parts").size()).isEqualTo(2);
    }

    @Test
    void the_deprecated_function_call_is_answered_by_its_name() {
        Asks asks = asks().user("?").assistant(null, call(null, "f", "{}")).result("f", "1");
        assertThat(asks.at("/contents/2/parts/0"))
                .isEqualTo("{\"functionResponse\":{\"name\":\"f\",\"response\":{\"result\":1}}}");
    }

    @Test
    void digits_and_keys_of_arguments_stay_as_they_came() {
        String arguments = "{\"z\":9007199254740991,\"a\":1.50,\"é\":\"\\u00e9\"}";
        Asks asks = asks().user("?").assistant(null, call("x", "f", arguments)).result("x", "1");
        assertThat(asks.json()).contains("\"args\":" + arguments);
    }

    /** ConversationCheck and the door of Responses refuse them, each in its words. */
    @Test
    void calls_and_results_that_no_door_lets_in_are_not_written() {
        notWritten(asks().user("?").result("x", "1"));
        notWritten(twoCalls().result("c3", "1"));
        notWritten(twoCalls().result("c1", "1").result("c1", "1"));
        notWritten(twoCalls());
        notWritten(twoCalls().result("c1", "1").user("?"));
        notWritten(twoCalls().result("c1", "1").assistant("Well"));
    }

    private static void notWritten(Asks asks) {
        assertThatThrownBy(asks::body).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void results_become_objects() {
        assertThat(response("{\"a\": 1.0}")).isEqualTo("{\"a\": 1.0}");
        assertThat(response("[1,2]")).isEqualTo("{\"result\":[1,2]}");
        assertThat(response("9007199254740991")).isEqualTo("{\"result\":9007199254740991}");
        assertThat(response("null")).isEqualTo("{\"result\":null}");
        assertThat(response("plain")).isEqualTo("{\"result\":\"plain\"}");
        assertThat(response("")).isEqualTo("{\"result\":\"\"}");
        assertThat(response("{\"a\":1} x")).isEqualTo("{\"result\":\"{\\\"a\\\":1} x\"}");
        assertThat(response("1 2")).isEqualTo("{\"result\":\"1 2\"}");
        assertThat(response("NaN")).isEqualTo("{\"result\":\"NaN\"}");
        assertThat(response("{\"a\":1,\"a\":2}")).isEqualTo("{\"result\":\"{\\\"a\\\":1,\\\"a\\\":2}\"}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"a\":\"\\ud800\"}",
                "{\"\\uDC00\":1}",
                "[\"\\ud83d\"]",
                "1e999999999",
                "-1e1001",
                "{\"a\":1E99999999999}",
                "{\"a\":1e-1001}",
                "18446744073709551616",
                "{\"id\":1234567890123456789}",
                "{\"rows\":[{\"id\":9007199254740993}]}",
                "12345678901234567890.10",
                "[0.1234567890123456789012]",
                "1e400",
                "-1e309",
                "1e-400",
                "\"abc\"",
                "\"\"",
                " \"a\" "
            })
    void a_result_that_arguments_must_not_hold_is_text(String text) {
        assertThat(response(text))
                .isEqualTo("{\"result\":\"" + text.replace("\\", "\\\\").replace("\"", "\\\"") + "\"}");
    }

    @Test
    void a_result_with_whole_characters_and_large_numbers_is_json() {
        String json =
                "{\"a\":\"\\ud83d\\ude00\",\"b\":1e308,\"c\":9007199254740992,\"d\":-0.30000000000000004,\"e\":1.50e-7}";
        assertThat(response(json)).isEqualTo(json);
    }

    @Test
    void a_number_that_would_lose_digits_is_a_string_of_arguments() {
        assertThat(asks().user("?")
                        .assistant(
                                null,
                                call(
                                        "x",
                                        "f",
                                        "{\"a\": 1234567890123456789, \"é\":[1.5,-1e400,{\"b\":\"1234567890123456789\"}]}"))
                        .result("x", "done")
                        .json())
                .contains(
                        "\"args\":{\"a\": \"1234567890123456789\", \"é\":[1.5,\"-1e400\",{\"b\":\"1234567890123456789\"}]}");
    }

    @Test
    void a_result_that_nests_too_deep_is_text() {
        String deep = "[".repeat(65) + "]".repeat(65);
        assertThat(response(deep)).isEqualTo("{\"result\":\"" + deep + "\"}");
        String justRight = "[".repeat(64) + "]".repeat(64);
        assertThat(response(justRight)).isEqualTo("{\"result\":" + justRight + "}");
    }

    private static String response(String text) {
        String json = asks().user("?")
                .assistant(null, call("x", "f", "{}"))
                .result("x", text)
                .json();
        String start = "\"response\":";
        int from = json.indexOf(start) + start.length();
        return json.substring(from, json.indexOf("}}]}],\"generationConfig\"", from));
    }

    @Test
    void text_parts_of_a_result_are_joined_by_a_newline() {
        Asks asks = asks().user("?")
                .assistant(null, call("x", "f", "{}"))
                .result("x", new ContentPart.Text("a"), new ContentPart.Text("b"));
        assertThat(asks.at("/contents/2/parts/0/functionResponse/response")).isEqualTo("{\"result\":\"a\\nb\"}");
    }

    @Test
    void media_in_a_result_stand_inside_it_on_3_and_behind_all_results_on_2_5() {
        Asks asks = asks().user("?")
                .assistant(null, call("x", "f", "{}"), call("y", "f", "{}"))
                .result("x", new ContentPart.Text("see"), Asks.media("image/png", PNG))
                .result("y", "2");
        String inline = "{\"inlineData\":{\"mimeType\":\"image/png\",\"data\":\"" + PNG + "\"}}";
        assertThat(asks.at("/contents/2/parts/2")).isEqualTo(inline);
        asks.on(Asks.PRO_31);
        assertThat(asks.at("/contents/2/parts/0/functionResponse/parts")).isEqualTo("[" + inline + "]");
        assertThat(asks.tree().at("/contents/2/parts").size()).isEqualTo(2);
    }

    // ---- signatures

    @Test
    void signatures_go_back_to_the_part_that_had_them() {
        Asks asks = asks().user("?")
                .signed("Text.", "dGV4dA==", call("x", "f", "{}", "Y2FsbA=="), call("y", "f", "{}"))
                .result("x", "1")
                .result("y", "2");
        assertThat(asks.at("/contents/1/parts")).isEqualTo("""
                        [{"text":"Text.","thoughtSignature":"dGV4dA=="},\
                        {"functionCall":{"id":"x","name":"f","args":{}},"thoughtSignature":"Y2FsbA=="},\
                        {"functionCall":{"id":"y","name":"f","args":{}}}]""");
    }

    @Test
    void a_call_s_signature_copied_onto_the_message_is_not_the_text_s() {
        Asks asks = asks().user("?")
                .signed("Text.", "Y2FsbA==", call("x", "f", "{}", "Y2FsbA=="))
                .result("x", "1");
        assertThat(asks.at("/contents/1/parts/0")).isEqualTo("{\"text\":\"Text.\"}");
    }

    @Test
    void a_signature_without_text_is_an_empty_part() {
        Asks asks = asks().user("a").signed(null, "dGV4dA==").user("b");
        assertThat(asks.at("/contents/1/parts")).isEqualTo("[{\"text\":\"\",\"thoughtSignature\":\"dGV4dA==\"}]");
    }

    @Test
    void a_lost_signature_is_replaced_on_the_first_call_of_each_step_of_the_current_turn_only() {
        Asks asks = asks().on(Asks.PRO_31)
                .user("old")
                .assistant(null, call("a", "f", "{}"))
                .result("a", "1")
                .assistant("done")
                .user("new")
                .assistant(null, call("b", "f", "{}"), call("c", "f", "{}"))
                .result("b", "1")
                .result("c", "1")
                .assistant(null, call("d", "f", "{}"))
                .result("d", "1");
        String dummy = "\"" + ContentsWriter.DUMMY_SIGNATURE + "\"";
        assertThat(asks.at("/contents/1/parts/0/thoughtSignature")).isEmpty();
        assertThat(asks.at("/contents/5/parts/0/thoughtSignature")).isEqualTo(dummy);
        assertThat(asks.at("/contents/5/parts/1/thoughtSignature")).isEmpty();
        assertThat(asks.at("/contents/7/parts/0/thoughtSignature")).isEqualTo(dummy);
    }

    @Test
    void a_later_instruction_in_a_tool_loop_changes_no_byte_before_it() {
        String before = asks().on(Asks.PRO_31)
                .user("Go")
                .assistant(null, call("c1", "f", "{}"))
                .result("c1", "1")
                .at("/contents");
        String after = asks().on(Asks.PRO_31)
                .user("Go")
                .assistant(null, call("c1", "f", "{}"))
                .result("c1", "1")
                .later("Wait")
                .assistant(null, call("c2", "f", "{}"))
                .result("c2", "2")
                .later("Stop")
                .at("/contents");
        assertThat(before).contains("skip_thought_signature_validator");
        assertThat(after)
                .startsWith(before.substring(0, before.length() - 1)
                        + ",{\"role\":\"user\",\"parts\":[{\"text\":\"Wait\"}]},")
                .endsWith(",{\"role\":\"user\",\"parts\":[{\"text\":\"Stop\"}]}]");
    }

    @Test
    void a_model_that_demands_no_signatures_gets_no_dummy() {
        assertThat(twoCalls().result("c1", "1").result("c2", "2").json()).doesNotContain("thoughtSignature");
    }

    @Test
    void what_is_replayed_goes_to_its_part_with_the_upstream_s_own_id() {
        Asks asks = asks().on(Asks.PRO_31)
                .user("?")
                .assistant("Text.", call("call_1", "f", "{}"), call("call_2", "f", "{}"))
                .result("call_1", "1")
                .result("call_2", "2");
        asks.replay(part("Y2FsbA==", true, "up1"), part(null, false, "up2"), part("dGV4dA==", false, null));
        assertThat(asks.at("/contents/1/parts")).isEqualTo("""
                        [{"text":"Text.","thoughtSignature":"dGV4dA=="},\
                        {"functionCall":{"id":"up1","name":"f","args":{}},"thoughtSignature":"Y2FsbA=="},\
                        {"functionCall":{"id":"up2","name":"f","args":{}}}]""");
        assertThat(asks.at("/contents/2/parts/0/functionResponse/id")).isEqualTo("\"up1\"");
        assertThat(asks.at("/contents/2/parts/1/functionResponse/id")).isEqualTo("\"up2\"");
    }

    @Test
    void an_id_that_the_upstream_never_gave_does_not_go_to_it() {
        Asks asks = asks().user("?").assistant(null, call("next", "f", "{}")).result("next", "1");
        asks.replay(part("Y2FsbA==", true, null));
        assertThat(asks.at("/contents/1/parts/0/functionCall/id")).isEmpty();
        assertThat(asks.at("/contents/2/parts/0/functionResponse/id")).isEmpty();
    }

    private static Replay.Part part(String signature, boolean first, String upstreamId) {
        return new Replay.Part(signature, "main", Asks.PRO_31.name(), first, upstreamId);
    }

    @Test
    void what_cannot_be_a_signature_is_refused() {
        refused(
                asks().user("?")
                        .assistant(null, call("x", "f", "{}", "not base64!"))
                        .result("x", "1"),
                "messages.1.tool_calls.0.extra_content.google.thought_signature");
    }

    // ---- media

    @Test
    void media_carry_resolution_and_clipping_on_3() {
        ContentPart.Media video = new ContentPart.Media(
                ChatBodies.medium("messages.0.content.0.video_url"),
                ContentPart.Named.VIDEO,
                new ContentPart.Source.Remote("https://www.youtube.com/watch?v=abc"),
                null,
                "low",
                new ContentPart.VideoMetadata("12s", "40s", 0.5));
        assertThat(asks().on(Asks.PRO_31).user(video).at("/contents/0/parts/0")).isEqualTo("""
                        {"fileData":{"fileUri":"https://www.youtube.com/watch?v=abc"},\
                        "mediaResolution":{"level":"MEDIA_RESOLUTION_LOW"},\
                        "videoMetadata":{"startOffset":"12s","endOffset":"40s","fps":0.5}}""");
    }

    @Test
    void on_2_5_one_wish_for_high_resolution_decides_for_all() {
        Asks asks = asks().user(Asks.media("image/png", PNG, "high"), Asks.media("image/png", PNG, "low"));
        assertThat(asks.at("/generationConfig/mediaResolution")).isEqualTo("\"MEDIA_RESOLUTION_HIGH\"");
        assertThat(asks.body().ignored()).containsExactly("messages.0.content.0.image_url.detail");
    }

    @Test
    void on_2_5_low_resolution_needs_all_to_want_it() {
        assertThat(asks().user(Asks.media("image/png", PNG, "low")).at("/generationConfig/mediaResolution"))
                .isEqualTo("\"MEDIA_RESOLUTION_LOW\"");
        Asks mixed = asks().user(Asks.media("image/png", PNG, "low"), Asks.media("image/png", PNG));
        assertThat(mixed.tree().at("/generationConfig").has("mediaResolution")).isFalse();
        assertThat(mixed.body().ignored()).containsExactly("messages.0.content.0.image_url.detail");
    }

    @Test
    void only_youtube_and_open_buckets_are_fetched_by_the_upstream() {
        assertThat(asks().user(Asks.remote("https://youtu.be/abc")).at("/contents/0/parts/0/fileData/fileUri"))
                .isEqualTo("\"https://youtu.be/abc\"");
        assertThat(asks().user(Asks.remote("gs://open-bucket/a/b.pdf")).at("/contents/0/parts/0/fileData"))
                .isEqualTo("{\"mimeType\":\"application/pdf\",\"fileUri\":\"gs://open-bucket/a/b.pdf\"}");
        for (String url : List.of(
                "https://example.com/a.png", "https://youtube.com.evil.example/x", "https://www.youtube.com:444/x")) {
            assertThat(asks().user(Asks.remote(url)).body().wanted())
                    .extracting(WantedMedium::key)
                    .containsExactly(url);
        }
    }

    @Test
    void what_a_caller_may_not_reach_is_refused_before_anything_is_downloaded() {
        for (String url : List.of(
                "https://www.youtube.com@evil.example/x",
                "https://generativelanguage.googleapis.com/v1beta/files/abc",
                "https://GENERATIVELANGUAGE.googleapis.com./v1beta/files/abc",
                "http://[broken",
                "http://",
                "http://a b/",
                "gs://other-bucket/a.pdf",
                "gs://open-bucket/",
                "gs://open-bucket",
                "gs:///a.pdf",
                "gs://open-bucket/no-suffix")) {
            refused(asks().user(Asks.remote(url)), "messages.0.content.0.image_url");
        }
    }

    @Test
    void large_media_have_a_place_of_their_own_in_the_body() {
        String large = PNG.substring(0, 80) + "A".repeat(100_000);
        Asks asks = asks().user(Asks.media("image/png", large, "low"), Asks.remote("https://example.com/a.png"))
                .on(Asks.PRO_31);
        assertThat(asks.json()).contains("""
                {"parts":[{"inlineData":null,"mediaResolution":{"level":"MEDIA_RESOLUTION_LOW"}},{"inlineData":null}]""".replace("{\"parts\"", "\"parts\""));
        GeminiBody body = asks.body();
        assertThat(body.slots()).hasSize(2);
        for (DataSlot slot : body.slots()) {
            assertThat(new String(body.whole(), slot.from(), slot.to() - slot.from(), StandardCharsets.UTF_8))
                    .isEqualTo("\"inlineData\":null");
        }
    }

    // ---- tools

    @Test
    void all_functions_stand_in_one_tool_with_their_schemas_as_they_came() {
        Asks asks = asks().user("?")
                .tool(
                        "f",
                        "{\"type\":\"object\",\"properties\":{\"z\":{\"type\":\"string\"},\"a\":{\"type\":\"integer\"}}}")
                .tool("g", null);
        assertThat(asks.at("/tools")).isEqualTo("""
                        [{"functionDeclarations":[\
                        {"name":"f","parametersJsonSchema":{"type":"object","properties":{"z":{"type":"string"},"a":{"type":"integer"}}}},\
                        {"name":"g"}]}]""");
        assertThat(asks.tree().has("toolConfig")).isFalse();
    }

    @Test
    void a_function_without_arguments_has_no_parameters() {
        Asks asks = asks().user("?")
                .tool("f", "{\"type\":\"object\",\"properties\":{}}")
                .tool("g", "{}");
        assertThat(asks.at("/tools/0/functionDeclarations")).isEqualTo("[{\"name\":\"f\"},{\"name\":\"g\"}]");
    }

    @Test
    void arguments_must_be_an_object() {
        refused(asks().user("?").tool("f", "{\"type\":\"string\"}"), "tools.0.function.parameters");
        assertThat(asks().user("?")
                        .tool("f", "{\"properties\":{\"a\":{}}}")
                        .at("/tools/0/functionDeclarations/0/parametersJsonSchema/type"))
                .isEqualTo("\"object\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"anyOf", "oneOf"})
    void alternatives_at_the_root_are_objects_or_refused(String keyword) {
        String objects =
                "{\"" + keyword + "\":[{\"type\":\"object\",\"properties\":{\"a\":{}}},{\"properties\":{\"b\":{}}}]}";
        assertThat(asks().user("?").tool("f", objects).at("/tools/0/functionDeclarations/0/parametersJsonSchema/type"))
                .isEqualTo("\"object\"");
        String texts = "{\"" + keyword + "\":[{\"type\":\"object\"},{\"type\":\"string\"}]}";
        refused(asks().user("?").tool("f", texts), "tools.0.function.parameters." + keyword + ".1");
    }

    @Test
    void an_illegal_or_repeated_name_is_refused() {
        refused(asks().user("?").tool("1f", null), "tools.0.function.name");
        refused(asks().user("?").tool("-f", null), "tools.0.function.name");
        refused(asks().user("?").tool("f", null).tool("f", "{}"), "tools.1");
        refused(
                asks().user("?").with(a -> a.tools.add(new Tool(ChatBodies.function(0), "1f", null, null, null))),
                "functions.0.name");
    }

    @Test
    void search_by_any_spelling_is_one_google_search_without_calling_config() {
        assertThat(asks().user("?").tool("googleSearch", null).at("/tools")).isEqualTo("[{\"googleSearch\":{}}]");
        Asks all = asks().user("?")
                .tool("google_search", null)
                .with(a -> a.webSearch = true)
                .with(a -> a.toolChoice = new ToolChoice.Required());
        assertThat(all.at("/tools")).isEqualTo("[{\"googleSearch\":{}}]");
        assertThat(all.tree().has("toolConfig")).isFalse();
        assertThat(all.body().ignored()).containsExactly("tool_choice");
    }

    @Test
    void search_with_functions_needs_its_own_field() {
        Asks asks = asks().user("?").tool("googleSearch", null).tool("f", null);
        assertThat(asks.at("/toolConfig")).isEqualTo("{\"includeServerSideToolInvocations\":true}");
    }

    @Test
    void tool_choice_becomes_a_mode() {
        assertThat(choice(new ToolChoice.Auto())).isEmpty();
        assertThat(choice(new ToolChoice.None())).isEqualTo("{\"mode\":\"NONE\"}");
        assertThat(choice(new ToolChoice.Required())).isEqualTo("{\"mode\":\"ANY\"}");
        assertThat(choice(new ToolChoice.Named("g"))).isEqualTo("{\"mode\":\"ANY\",\"allowedFunctionNames\":[\"g\"]}");
    }

    private static Asks twoTools(ToolChoice choice) {
        return asks().user("?").tool("f", null).tool("g", null).with(a -> a.toolChoice = choice);
    }

    private static String choice(ToolChoice choice) {
        return twoTools(choice).at("/toolConfig/functionCallingConfig");
    }

    @Test
    void of_allowed_tools_nothing_else_is_declared() {
        Asks auto = twoTools(new ToolChoice.Allowed(false, List.of("g")));
        assertThat(auto.at("/tools/0/functionDeclarations")).isEqualTo("[{\"name\":\"g\"}]");
        assertThat(auto.tree().has("toolConfig")).isFalse();
        Asks required = twoTools(new ToolChoice.Allowed(true, List.of("g")));
        assertThat(required.at("/toolConfig/functionCallingConfig")).isEqualTo("{\"mode\":\"ANY\"}");
    }

    @Test
    void a_choice_of_what_is_not_there_is_refused() {
        refused(twoTools(new ToolChoice.Named("h")), "tool_choice");
        refused(twoTools(new ToolChoice.Allowed(true, List.of("h"))), "tool_choice");
        refused(asks().user("?").with(a -> a.toolChoice = new ToolChoice.Required()), "tool_choice")
                .hasMessage("'tool_choice' demands a call, but there are no tools.");
    }

    @Test
    void strict_functions_are_validated() {
        Asks asks = asks().user("?").with(a -> a.tools.add(new Tool(ChatBodies.tool(0), "f", "Does.", null, true)));
        assertThat(asks.at("/toolConfig")).isEqualTo("{\"functionCallingConfig\":{\"mode\":\"VALIDATED\"}}");
        assertThat(asks.at("/tools/0/functionDeclarations/0")).isEqualTo("{\"name\":\"f\",\"description\":\"Does.\"}");
    }

    @Test
    void keywords_without_a_word_at_gemini_are_named() {
        Asks asks = asks().user("?")
                .tool("f", "{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"array\",\"uniqueItems\":true}}}");
        assertThat(asks.body().ignored()).containsExactly("tools.0.uniqueItems");
    }

    // ---- generationConfig

    @Test
    void sampling_fields_pass_with_their_zeros() {
        Asks asks = asks().user("?").with(a -> {
            a.temperature = 0.0;
            a.topP = 0.0;
            a.topK = 1;
            a.seed = 0L;
            a.stop = List.of("x", "y");
            a.n = 2;
        });
        assertThat(asks.at("/generationConfig")).isEqualTo("""
                        {"temperature":0.0,"topP":0.0,"topK":1,"stopSequences":["x","y"],"candidateCount":2,"seed":0,\
                        "thinkingConfig":{"includeThoughts":false}}""");
    }

    @Test
    void a_seed_is_32_bits() {
        refused(asks().user("?").with(a -> a.seed = 1L << 31), "seed");
        assertThat(asks().user("?").with(a -> a.seed = -(1L << 31)).at("/generationConfig/seed"))
                .isEqualTo("-2147483648");
    }

    @Test
    void several_candidates_need_a_model_that_gives_them() {
        refused(asks().on(Asks.PRO_31).user("?").with(a -> a.n = 2), "n");
        refused(asks().user("?").with(a -> a.n = 9), "n");
    }

    @Test
    void a_penalty_of_zero_is_nothing_and_any_other_needs_a_model_that_takes_it() {
        assertThat(asks().user("?").with(a -> a.presencePenalty = 0.0).json()).doesNotContain("enalty");
        refused(asks().user("?").with(a -> a.presencePenalty = 0.5), "presence_penalty");
        refused(asks().user("?").with(a -> a.frequencyPenalty = -0.5), "frequency_penalty");
        assertThat(asks().on(Asks.PLAIN)
                        .user("?")
                        .with(a -> a.frequencyPenalty = -0.5)
                        .at("/generationConfig"))
                .isEqualTo("{\"frequencyPenalty\":-0.5}");
    }

    @Test
    void log_probabilities_need_a_model_that_gives_them() {
        refused(asks().user("?").with(a -> a.logprobs = true), "logprobs");
        Asks asks = asks().on(Asks.PLAIN).user("?").with(a -> {
            a.logprobs = true;
            a.topLogprobs = 3;
        });
        assertThat(asks.at("/generationConfig")).isEqualTo("{\"responseLogprobs\":true,\"logprobs\":3}");
    }

    @Test
    void formats_are_json_with_or_without_a_schema() {
        Asks object = asks().user("?").with(a -> a.format = new ResponseFormat.JsonObject());
        assertThat(object.at("/generationConfig/responseMimeType")).isEqualTo("\"application/json\"");
        Asks schema = asks().user("?")
                .with(a -> a.format = new ResponseFormat.JsonSchema(
                        "n",
                        "What it is.",
                        Asks.object("{\"type\":\"object\",\"properties\":{\"b\":{\"minLength\":1}},\"strict\":true}"),
                        true));
        assertThat(schema.at("/generationConfig/responseJsonSchema"))
                .isEqualTo("{\"type\":\"object\",\"properties\":{\"b\":{}},\"description\":\"What it is.\"}");
        assertThat(schema.body().ignored())
                .containsExactly(
                        "response_format.json_schema.name", "response_format.minLength", "response_format.strict");
    }

    @Test
    void safety_settings_pass_and_bad_ones_are_refused() {
        Asks good = google(null, null, new SafetySetting("HARM_CATEGORY_HARASSMENT", "BLOCK_NONE"));
        assertThat(good.at("/safetySettings"))
                .isEqualTo("[{\"category\":\"HARM_CATEGORY_HARASSMENT\",\"threshold\":\"BLOCK_NONE\"}]");
        refused(google(null, null, new SafetySetting("HARM_CATEGORY_X", "OFF")), "safety_settings");
        refused(google(null, null, new SafetySetting("HARM_CATEGORY_HARASSMENT", "x")), "safety_settings");
        SafetySetting off = new SafetySetting("HARM_CATEGORY_HARASSMENT", "OFF");
        refused(google(null, null, off, off), "safety_settings");
    }

    private static Asks google(Integer budget, String level, SafetySetting... safety) {
        return asks().user("?").with(a -> a.google = new GoogleOptions(null, budget, level, List.of(safety)));
    }

    // ---- thinking

    private static String thinking(Asks asks) {
        return asks.at("/generationConfig/thinkingConfig");
    }

    @Test
    void effort_follows_the_model_s_table() {
        assertThat(thinking(asks().user("?").with(a -> {
                    a.effort = Effort.HIGH;
                    a.includeThoughts = true;
                })))
                .isEqualTo("{\"includeThoughts\":true,\"thinkingBudget\":24576}");
        assertThat(thinking(asks().on(Asks.PRO_31).user("?").with(a -> a.effort = Effort.MEDIUM)))
                .isEqualTo("{\"includeThoughts\":false,\"thinkingLevel\":\"MEDIUM\"}");
        assertThat(thinking(asks().user("?"))).isEqualTo("{\"includeThoughts\":false}");
    }

    @Test
    void an_effort_that_the_table_lacks_is_refused() {
        refused(asks().user("?").with(a -> a.effort = Effort.NONE), "reasoning_effort")
                .hasMessage(
                        "'reasoning_effort' 'none' is not supported by this model; it takes high, low, max, medium, minimal.");
        refused(asks().on(Asks.PRO_31).user("?").with(a -> a.effort = Effort.NONE), "reasoning_effort");
    }

    @Test
    void google_s_own_words_win_over_the_default_effort() {
        assertThat(thinking(google(2000, null).with(a -> a.effort = Effort.HIGH)))
                .isEqualTo("{\"includeThoughts\":false,\"thinkingBudget\":2000}");
        assertThat(thinking(google(-1, null))).isEqualTo("{\"includeThoughts\":false,\"thinkingBudget\":-1}");
        assertThat(thinking(google(null, "low").on(Asks.PRO_31)))
                .isEqualTo("{\"includeThoughts\":false,\"thinkingLevel\":\"LOW\"}");
        assertThat(thinking(google(500, null).on(Asks.PRO_31)))
                .isEqualTo("{\"includeThoughts\":false,\"thinkingBudget\":500}");
    }

    @Test
    void google_s_own_words_are_checked() {
        refused(google(127, null), "google.thinking_config.thinking_budget");
        refused(google(32_769, null), "google.thinking_config.thinking_budget");
        refused(google(0, null), "google.thinking_config.thinking_budget");
        refused(google(5, null).on(Asks.PRO_31), "google.thinking_config.thinking_budget");
        refused(google(null, "HIGH"), "google.thinking_config.thinking_level");
        refused(google(null, "MINIMAL").on(Asks.PRO_31), "google.thinking_config.thinking_level");
        refused(google(500, "LOW").on(Asks.PRO_31), "google.thinking_config");
        refused(google(500, null).with(a -> a.reasoningEffort = Effort.LOW), "reasoning_effort");
        refused(google(500, null).on(Asks.PLAIN), "google.thinking_config");
    }

    @Test
    void a_model_without_thinking_gets_no_thinking_config() {
        Asks asks = asks().on(Asks.PLAIN).user("?").with(a -> a.reasoningEffort = Effort.LOW);
        assertThat(asks.at("/generationConfig")).isEqualTo("{}");
        assertThat(asks.body().ignored()).containsExactly("reasoning_effort");
        Asks shown =
                asks().on(Asks.PLAIN).user("?").with(a -> a.google = new GoogleOptions(true, null, null, List.of()));
        assertThat(shown.body().ignored()).containsExactly("google.thinking_config.include_thoughts");
    }

    // ---- the maximum

    @Test
    void the_maximum_is_set_last_and_as_often_as_wanted() {
        GeminiBody body = asks().user("?").body();
        assertThat(text(Asks.bytes(body, 300L)))
                .endsWith(
                        "\"generationConfig\":{\"thinkingConfig\":{\"includeThoughts\":false},\"maxOutputTokens\":300}}");
        assertThat(text(Asks.bytes(body, 1L))).endsWith(",\"maxOutputTokens\":1}}");
        assertThat(text(Asks.bytes(body, null))).doesNotContain("maxOutputTokens");
        assertThat(text(Asks.bytes(asks().on(Asks.PLAIN).user("?").body(), 7L)))
                .endsWith("\"generationConfig\":{\"maxOutputTokens\":7}}");
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    @Test
    void an_ask_is_not_changed_by_its_translation() {
        String schema =
                "{\"type\":\"object\",\"properties\":{\"a\":{\"const\":1},\"n\":{\"$ref\":\"#\"}},\"required\":[\"n\"]}";
        Asks asks = asks().user("?").tool("f", schema);
        String first = asks.json();
        assertThat(asks.tools.getFirst().parameters()).isEqualTo(Asks.object(schema));
        assertThat(asks.json()).isEqualTo(first);
        assertThat(asks.messages).hasOnlyElementsOfType(Message.User.class);
    }
}
