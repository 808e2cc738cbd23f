package dev.tollgate.upstreams.gemini.answers;

import static dev.tollgate.testing.Asserts.assertThat;

import com.sun.management.ThreadMXBean;
import dev.tollgate.testing.Fuzz;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ChunkScannerTest {

    private static final String TEXT = "{'candidates':[{'content':{'parts':[{'text':'%s'}],'role':'model'},'index':0}],"
            + "'usageMetadata':{'promptTokenCount':4,'candidatesTokenCount':3,'totalTokenCount':7,"
            + "'promptTokensDetails':[{'modality':'TEXT','tokenCount':4}]},'modelVersion':'m','responseId':'r'}";

    private static final int ROUNDS = 20_000;

    private final ChunkScanner scanner = ChunkScanner.ofThread();
    private final RepeatedTexts repeated = new RepeatedTexts();

    private GeminiChunk scanned(byte[] chunk) {
        return scanner.read(chunk, 0, chunk.length, repeated);
    }

    private static GeminiChunk parsed(byte[] chunk) {
        return GeminiChunkReader.read(chunk, 0, chunk.length);
    }

    private static byte[] bytes(String chunk) {
        return chunk.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "plain",
                "\\n\\t\\r\\b\\f\\/\\\\ \\\"",
                "\\u003cb\\u003E \\u00e4 \\u20AC \\u0000",
                "zurück 日本 👩‍👩‍👧",
                "a\\nzurück \\u00e4 日本 👩"
            })
    void text_is_read_without_the_parser_and_as_the_parser_reads_it(String text) {
        byte[] chunk = bytes(TEXT.formatted(text));
        assertThat(scanned(chunk)).isNotNull().isEqualTo(parsed(chunk));
    }

    @Test
    void thoughts_signatures_several_candidates_spaces_and_counts_are_read_without_the_parser() {
        for (byte[] chunk : Fuzz.seeds("chunk").subList(2, 4)) {
            assertThat(scanned(chunk)).isNotNull().isEqualTo(parsed(chunk));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "{",
                "{}x",
                "{}{}",
                "{'candidates':[],'candidates':[]}",
                "{'candidates':[{}}",
                "{'candidates':[{}],}",
                "{'candidates':[{'index':01}]}",
                "{'candidates':[{'index':1.5}]}",
                "{'candidates':[{'index':-1}]}",
                "{'candidates':[{'index':3000000000}]}",
                "{'candidates':[{'content':{'parts':[{'text':null}]}}]}",
                "{'candidates':[{'content':{'parts':[{'text':'\\ud83d\\ude00'}]}}]}",
                "{'candidates':[{'content':{'parts':[{'text':'\\x'}]}}]}",
                "{'candidates':[{'content':{'parts':[{'text':'\\u12'}]}}]}",
                "{'candidates':[{'content':{'parts':[{'text':'\n'}]}}]}",
                "{'candidates':[{'content':{'parts':[{'text':'a",
                "{'candidates':[{'content':{'parts':[{'text':'a\\",
                "{'candidates':[{'content':{'parts':[{'text':'a\\n",
                "{'candidates':[{'content':{'parts':[{'thought':truth}]}}]}",
                "{'candidates':[{'content':{'parts':[{'functionCall':{'name':'f'}}]}}]}",
                "{'candidates':[{'groundingMetadata':{}}]}",
                "{'candidates':[{'finishReason':null}]}",
                "{'usageMetadata':{'promptTokenCount':1234567890123456789}}",
                "{'usageMetadata':{'promptTokenCount':'1'}}",
                "{'usageMetadata':{'promptTokensDetails':[{'modality':'AUDIO','tokenCount':1}]}}",
                "{'usageMetadata':{'cacheTokensDetails':[{'modality':'AUDIO','tokenCount':1}]}}",
                "{'usageMetadata':{'serviceTier':['flex']}}",
                "{'modelVersion':'ü'}",
                "{'promptFeedback':{'blockReason':'SAFETY'}}",
                "{'error':{}}",
                "{'role':{'a':[[[[[[[[1]]]]]]]]}}",
                "{'role':00}",
                "{'role':1.}",
                "{'role':-}",
                "{'role':1e}",
                "{'role':nul}",
            })
    void what_is_not_certain_is_left_to_the_parser(String chunk) {
        assertThat(scanned(bytes(chunk))).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "'serviceTier':'priority'",
                "'trafficType':'ON_DEMAND_FLEX'",
                "'serviceTier':'flex','trafficType':'ON_DEMAND'",
                "'serviceTier':'flex','trafficType':'PROVISIONED_THROUGHPUT'",
                "'cachedContentTokenCount':3,'cacheTokensDetails':[{'modality':'TEXT','tokenCount':3}]",
                "'cacheTokensDetails':[]",
            })
    void tiers_and_cached_text_are_read_without_the_parser(String told) {
        byte[] chunk = bytes("{'candidates':[],'usageMetadata':{'promptTokenCount':4," + told + "}}");
        assertThat(scanned(chunk)).isNotNull().isEqualTo(parsed(chunk));
    }

    @Test
    void broken_characters_are_left_to_the_parser() {
        byte[] chunk = bytes(TEXT.formatted("ab"));
        chunk[new String(chunk, StandardCharsets.ISO_8859_1).indexOf("ab")] = (byte) 0xC3;
        assertThat(scanned(chunk)).isNull();
    }

    /** After the first one, which is remembered, a chunk takes its text, its counts and the few objects that hold them. */
    @Test
    void an_event_allocates_little() {
        byte[] chunk = bytes(TEXT.formatted("Four words of text. "));
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long least = Long.MAX_VALUE;
        for (int attempt = 0; attempt < 5; attempt++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < ROUNDS; i++) {
                assertThat(scanned(chunk) == null).isFalse();
            }
            least = Math.min(least, (threads.getCurrentThreadAllocatedBytes() - before) / ROUNDS);
        }
        System.out.println("bytes allocated a chunk: " + least);
        assertThat(least).isLessThan(600);
    }
}
