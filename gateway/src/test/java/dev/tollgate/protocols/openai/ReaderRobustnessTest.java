package dev.tollgate.protocols.openai;

import static dev.tollgate.protocols.openai.Bodies.bytes;
import static dev.tollgate.protocols.openai.Bodies.read;
import static dev.tollgate.protocols.openai.Bodies.refused;
import static dev.tollgate.protocols.openai.Bodies.with;
import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.base.conversation.ContentPart;
import dev.tollgate.base.conversation.Message;
import dev.tollgate.base.conversation.PromptSize;
import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.json.ReadLimits;
import dev.tollgate.testing.Randomly;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** What a hostile or careless caller may send: whatever it is, a request or a 400 comes of it. */
class ReaderRobustnessTest {

    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    private static final String FULL = "{'model':'m','stream':true,'n':2,'stop':['a'],'temperature':0.5,'seed':-5,"
            + "'max_tokens':10,'logprobs':true,'top_logprobs':2,'messages':[{'role':'system','content':'s'},"
            + "{'role':'user','content':[{'type':'text','text':'\u4f60\u597d \ud83d\ude00'},"
            + "{'type':'image_url','image_url':{'url':'data:image/png;base64,iVBORw0K','detail':'low'}}]},"
            + "{'role':'assistant','content':null,'tool_calls':[{'id':'c1','type':'function',"
            + "'function':{'name':'f','arguments':'{\\\"q\\\":[1,2.50]}'},"
            + "'extra_content':{'google':{'thought_signature':'SIG'}}}]},"
            + "{'role':'tool','tool_call_id':'c1','content':'ok'}],"
            + "'tools':[{'type':'function','function':{'name':'f','parameters':{'type':'object','required':['q']}}}],"
            + "'tool_choice':'auto','response_format':{'type':'json_schema','json_schema':{'name':'n','schema':{}}},"
            + "'google':{'thinking_config':{'thinking_budget':5}},'metadata':{'a':'b'},'user':'u'}";

    @Test
    void random_damage_gives_a_request_or_a_refusal_and_nothing_else() {
        byte[] whole = bytes(FULL);
        assertThat(ChatRequestReader.read(whole, ReadLimits.DEFAULT)
                        .conversation()
                        .messages())
                .hasSize(4);
        Randomly.run(5_000, random -> {
            byte[] body = damaged(whole, random);
            try {
                assertThat(ChatRequestReader.read(body, ReadLimits.DEFAULT)).isNotNull();
            } catch (ApiException refusal) {
                assertThat(refusal.error().status()).isEqualTo(400);
                assertThat(refusal.error().message()).matches("\\P{Cntrl}{1,1000}");
                assertThat(String.valueOf(refusal.error().param())).matches("[A-Za-z0-9_.\\[\\]-]*");
            }
        });
    }

    private static byte[] damaged(byte[] whole, Random random) {
        byte[] body = whole.clone();
        for (int left = 1 + random.nextInt(4); left > 0; left--) {
            int at = random.nextInt(body.length);
            switch (random.nextInt(4)) {
                case 0 -> body[at] = (byte) random.nextInt(256);
                case 1 -> body[at] = (byte) "{}[]\",:\\0123nulltrue".charAt(random.nextInt(20));
                case 2 -> body = Arrays.copyOf(body, at + 1);
                default -> body = moved(body, at, random.nextInt(body.length));
            }
        }
        return body;
    }

    private static byte[] moved(byte[] body, int from, int to) {
        int length = Math.min(20, Math.min(body.length - from, body.length - to));
        byte[] moved = body.clone();
        System.arraycopy(body, from, moved, to, length);
        return moved;
    }

    @Test
    void the_order_of_members_and_unknown_ones_make_no_difference() {
        ChatRequest expected = read(FULL);
        Randomly.run(300, random -> {
            byte[] body = MAPPER.writeValueAsBytes(shuffled(MAPPER.readTree(bytes(FULL)), random, true));
            ChatRequest request = ChatRequestReader.read(body, ReadLimits.DEFAULT);
            assertThat(withoutNames(request)).isEqualTo(withoutNames(expected));
            assertThat(request.ignored()).contains("metadata", "user", "unheard-of");
        });
    }

    /** Members of schemas and arguments keep their order, as it means something there. */
    private static JsonNode shuffled(JsonNode node, Random random, boolean isRoot) {
        if (node.isArray()) {
            var array = JsonNodeFactory.instance.arrayNode();
            node.forEach(element -> array.add(shuffled(element, random, false)));
            return array;
        }
        if (!node.isObject()) {
            return node;
        }
        List<Map.Entry<String, JsonNode>> members = new ArrayList<>(node.properties());
        boolean isFree = !node.has("a") && !node.has("required");
        if (isFree && (isRoot || node.has("role") || node.has("type"))) {
            members.add(Map.entry("unheard-of", MAPPER.readTree("{\"deep\":[{\"x\":[1.5,\"y\",null]}]}")));
        }
        Collections.shuffle(members, isFree ? random : new Random(0));
        ObjectNode object = JsonNodeFactory.instance.objectNode();
        (isFree ? members : node.properties())
                .forEach(member -> object.set(
                        member.getKey(), isFree ? shuffled(member.getValue(), random, false) : member.getValue()));
        return object;
    }

    private static String withoutNames(ChatRequest request) {
        return request.toString().replaceAll("ignored=\\[[^]]*]", "");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "'unheard_of':#",
                "'logit_bias':#",
                "'prediction':{'content':#}",
                "'stop':#",
                "'tools':[{'type':'function','function':{'name':'f','parameters':{'a':#}}}]",
                "'response_format':{'type':'json_object','schema':{'a':#}}",
                "'google':{'x':#}",
                "'tool_choice':{'type':#}",
            })
    void ten_thousand_levels_are_refused_wherever_they_are(String place) {
        for (String level : List.of("[", "{'a':")) {
            String deep = with(place.replace("#", level.repeat(10_000)));
            assertThat(refused(deep).status()).isEqualTo(400);
        }
        assertThat(refused("[".repeat(10_000)).message()).isEqualTo("The body must be a JSON object, got an array.");
        assertThat(refused("{'a':".repeat(10_000)).message()).isEqualTo("The body is nested deeper than 64 levels.");
        assertThat(refused(Bodies.messages("{'role':'user','content':" + "[".repeat(10_000))))
                .extracting(ApiError::status)
                .isEqualTo(400);
        assertThat(refused(Bodies.messages("{'role':'assistant','tool_calls':[{'id':'c','function':{'name':'f',"
                                + "'arguments':'" + "{\\\"a\\\":".repeat(10_000) + "'}}]}"))
                        .param())
                .isEqualTo("messages.0.tool_calls.0.function.arguments");
    }

    @Test
    void sixty_four_levels_pass_and_one_more_does_not() {
        String at64 = "[".repeat(63) + "]".repeat(63);
        assertThat(read(with("'x':" + at64)).ignored()).containsExactly("x");
        assertThat(refused(with("'x':[" + at64 + "]")).message())
                .isEqualTo("The body is nested deeper than 64 levels.");
        String schema = "{'a':" + "[".repeat(59) + "]".repeat(59) + "}";
        String tool = "'tools':[{'type':'function','function':{'name':'f','parameters':#}}]";
        assertThat(read(with(tool.replace("#", schema))).conversation().tools()).hasSize(1);
        assertThat(refused(with(tool.replace("#", "{'b':" + schema + "}"))).message())
                .isEqualTo("The body is nested deeper than 64 levels.");
    }

    @Test
    void a_million_small_values_are_refused_before_they_fill_the_memory() {
        assertThat(refused(with("'tools':[{'type':'function','function':{'name':'f','parameters':{'a':["
                                + "[],".repeat(1_000_000) + "[]]}}}]"))
                        .message())
                .startsWith("The body has a name or a number that is too long, or more than 1000000 values");
        String half = "'{\\\"a\\\":[" + "0,".repeat(600_000) + "0]}'";
        String call = "{'id':'#','function':{'name':'f','arguments':" + half + "}}";
        assertThat(refused(Bodies.messages("{'role':'assistant','tool_calls':[" + call.replace("#", "a") + ","
                                + call.replace("#", "b") + "]}"))
                        .param())
                .isEqualTo("messages.0.tool_calls.1.function.arguments");
    }

    @ParameterizedTest
    @ValueSource(strings = {"1e99999999999", "1e-99999999999", "1e999999999", "0.0e2147483648", "1e1001"})
    void a_number_that_fills_the_memory_once_written_out_is_refused(String number) {
        String tool = "'tools':[{'type':'function','function':{'name':'f','parameters':{'a':" + number + "}}}]";
        assertThat(refused(with(tool)).message())
                .isEqualTo("'tools.0.function.parameters.a' must be a number with an exponent of at most 1000, got "
                        + number + ".");
        assertThat(refused(Bodies.messages("{'role':'assistant','tool_calls':[{'id':'c','function':{'name':'f',"
                                + "'arguments':'{\\\"a\\\":" + number + "}'}}]}"))
                        .param())
                .isEqualTo("messages.0.tool_calls.0.function.arguments");
        assertThat(read(with("'unheard_of':" + number)).ignored()).containsExactly("unheard_of");
        assertThat(read(with(tool.replace(number, "1e308"))).conversation().tools())
                .hasSize(1);
    }

    @Test
    void a_body_cut_off_behind_a_quote_is_refused() {
        String url = "{'model':'m','messages':[{'role':'user','content':[{'type':'image_url','image_url':'";
        assertThat(refused(url).message()).isEqualTo("The body is not valid JSON: it ends too early.");
    }

    @Test
    void a_body_that_is_not_utf_8_is_refused() {
        byte[] overlong = bytes(with("'x':'##'"));
        int at = new String(overlong, StandardCharsets.ISO_8859_1).indexOf("##");
        for (int[] bad : new int[][] {{0xC0, 0xAF}, {0xFF, 0x20}, {0xC3, 0x20}, {0x80, 0x80}}) {
            overlong[at] = (byte) bad[0];
            overlong[at + 1] = (byte) bad[1];
            assertThat(refused(overlong).message()).isEqualTo("The body is not valid UTF-8 (byte " + at + ").");
        }
        byte[] surrogate = "{\"x\":\"\u0000\u0000\u0000\"}".getBytes(StandardCharsets.ISO_8859_1);
        surrogate[6] = (byte) 0xED;
        surrogate[7] = (byte) 0xA0;
        surrogate[8] = (byte) 0x80;
        assertThat(refused(surrogate).message()).startsWith("The body is not valid UTF-8");
        String json = "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}";
        assertThat(refused(json.getBytes(StandardCharsets.UTF_16BE)).message())
                .startsWith("The body is not valid UTF-8");
        assertThat(refused(json.getBytes(StandardCharsets.UTF_16LE)).message())
                .startsWith("The body is not valid UTF-8");
    }

    @Test
    void a_byte_order_mark_is_passed_over() {
        assertThat(read("\ufeff" + with("")).model()).isEqualTo("m");
        assertThat(read("\ufeff" + Bodies.part("{'type':'image_url','image_url':'data:image/png;base64,iVBORw0K'}"))
                        .conversation()
                        .messages())
                .hasSize(1);
    }

    @Test
    void a_data_url_of_32_mib_costs_about_one_copy_of_itself() {
        int size = 32 << 20;
        byte[] body = bytes(Bodies.part(
                "{'type':'image_url','image_url':{'url':'data:image/png;base64," + "QUJD".repeat(size / 4) + "'}}"));
        ChatRequestReader.read(body, ReadLimits.DEFAULT);
        long before = Allocations.ofThisThread();
        ChatRequest request = ChatRequestReader.read(body, ReadLimits.DEFAULT);
        long allocated = Allocations.ofThisThread() - before;
        assertThat(PromptSize.of(request.conversation()).media()).hasSize(1);
        assertThat(allocated).isBetween((long) size, size + (2L << 20));
    }

    @Test
    void a_data_url_with_escapes_reads_as_one_without() {
        Randomly.run(300, random -> {
            byte[] data = new byte[1 + random.nextInt(200)];
            random.nextBytes(data);
            String standard = java.util.Base64.getEncoder().encodeToString(data);
            String written = disguised(standard, random);
            String url = "'data:image/png;base64," + written + "'";
            Message.User user = (Message.User) read(Bodies.part("{'type':'image_url','image_url':" + url + "}"))
                    .conversation()
                    .messages()
                    .getFirst();
            assertThat(((ContentPart.Media) user.parts().getFirst()).source())
                    .isEqualTo(new ContentPart.Source.Inline(standard));
        });
    }

    private static String disguised(String base64, Random random) {
        StringBuilder text = new StringBuilder();
        boolean isPadded = random.nextBoolean();
        for (char c : base64.toCharArray()) {
            if (c == '=' && !isPadded) {
                continue;
            }
            switch (random.nextInt(8)) {
                case 0 -> text.append(c == '+' ? '-' : c == '/' ? '_' : c);
                case 1 -> text.append(String.format("\\u%04x", (int) c));
                case 2 -> text.append(c).append("\\n");
                case 3 -> text.append(c == '/' ? "\\/" : c);
                default -> text.append(c);
            }
        }
        return text.toString();
    }
}
