package dev.tollgate.shipping;

import static dev.tollgate.testing.Asserts.assertThat;
import static dev.tollgate.testing.Asserts.found;

import dev.tollgate.testing.Browser;
import dev.tollgate.testing.PageText;
import dev.tollgate.testing.ServerProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The Java that is shipped has fewer modules than a JDK, and none with the data of languages (L29, L45). */
@Order(7)
@Timeout(240)
class LinkedJavaTest {

    private static final List<String> PATHS = List.of(
            "/docs",
            "/docs/models",
            "/docs/models/gemini-2.5-pro",
            "/dashboard/keys",
            "/dashboard/members",
            "/dashboard/settings",
            "/dashboard/billing/top-up",
            "/playground");

    /** How long ago something was: the two programs have people who signed up one after the other. */
    private static final Pattern AGO = Pattern.compile(">(?:just now|刚刚|[0-9]+ minutes? ago|[0-9]+ 分钟前)<");

    @TempDir
    static Path folder;

    @Test
    void pages_of_the_shipped_java_are_those_of_a_jdk() throws IOException {
        String modules = found("(?m)^modules=(.+)$", Files.readString(Path.of("deploy/runtime")));
        assertThat(modules).doesNotContain("jdk.localedata");
        try (ServerProcess whole = serve("whole", Map.of());
                ServerProcess linked = serve("linked", Map.of("JDK_JAVA_OPTIONS", "--limit-modules=" + modules))) {
            Browser here = reader(whole.url());
            Browser there = reader(linked.url());
            for (String path : PATHS) {
                for (String language : List.of("zh-Hans", "en")) {
                    String asked = path + "?lang=" + language;
                    String page = text(here, asked);
                    assertThat(page).contains("<html lang=\"" + language + "\"");
                    assertThat(text(there, asked)).as(asked).isEqualTo(page);
                }
            }
        }
    }

    private static ServerProcess serve(String name, Map<String, String> environment) {
        return ServerProcess.serve("077", folder.resolve(name), folder.resolve(name + ".errors"), environment);
    }

    private static Browser reader(String url) {
        return new Browser(url).signUp("lin@example.org", "a sentence nobody else has");
    }

    private static String text(Browser reader, String path) {
        return AGO.matcher(PageText.of(reader.get(path).body(), new HashMap<>()))
                .replaceAll(">AGO<");
    }
}
