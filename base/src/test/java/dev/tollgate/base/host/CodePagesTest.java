package dev.tollgate.base.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/** Large pages for compiled code. To ask for them stops every thread, so no other test runs at that time. */
@Isolated("the request for large pages holds up the whole process")
class CodePagesTest {

    private static final Path RANGES = Path.of("/proc/self/smaps");
    private static final Pattern RANGE = Pattern.compile(
            "^\\p{XDigit}+-\\p{XDigit}+ (?<rights>\\S{4}) (?:.*\\n)+?VmFlags:(?<flags>.*)$", Pattern.MULTILINE);

    @Test
    void compiled_code_is_given_large_pages_and_no_other_memory_is() throws IOException {
        assumeTrue(Files.exists(Path.of("/sys/kernel/mm/transparent_hugepage")) && Files.exists(RANGES));
        List<String> otherBefore = large(false);

        CodePages.makeLarge();

        assertThat(large(true)).isNotEmpty();
        assertThat(large(false)).isEqualTo(otherBefore);
    }

    /** The ranges that the system was asked to give large pages ({@code hg}, proc_pid_smaps(5)): those with code, or the others. */
    private static List<String> large(boolean code) throws IOException {
        List<String> large = new ArrayList<>();
        Matcher range = RANGE.matcher(Files.readString(RANGES));
        while (range.find()) {
            if (range.group("rights").equals("rwxp") == code
                    && List.of(range.group("flags").trim().split(" ")).contains("hg")) {
                large.add(range.group().lines().findFirst().orElseThrow());
            }
        }
        return large;
    }
}
