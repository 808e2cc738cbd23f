package dev.tollgate.browser;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import dev.tollgate.testing.Shared;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;

/** What a browser test of ours sees: a page that has something of it must not pass. */
@Timeout(240)
@Order(1)
@ResourceLock(Shared.BROWSER)
class VisitTest {

    private static final String PAGE = """
            <!DOCTYPE html><html lang="en"><head><title>A page</title><meta charset="utf-8">
            <meta name="viewport" content="width=device-width"><link rel="icon" href="data:,">
            <style>:root{color-scheme:light dark}</style></head>
            <body><main><h1>A page</h1><p>Some words.</p>%s</main></body></html>""";

    private static HttpServer server;
    private static String body = "";

    @BeforeAll
    static void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            byte[] bytes = PAGE.formatted(body).getBytes(StandardCharsets.UTF_8);
            boolean there = exchange.getRequestURI().getPath().equals("/");
            exchange.getResponseHeaders().set("Content-Type", "text/html; charset=utf-8");
            exchange.getResponseHeaders().set("Content-Security-Policy", "default-src 'self' 'unsafe-inline' data:");
            exchange.sendResponseHeaders(there ? 200 : 404, bytes.length);
            try (exchange) {
                exchange.getResponseBody().write(bytes);
            }
        });
        server.start();
    }

    @AfterAll
    static void stop() {
        server.stop(0);
    }

    private static Visit visit(int width, Scheme scheme, String more) {
        body = more;
        Visit visit = Visit.at("http://127.0.0.1:" + server.getAddress().getPort(), width, scheme);
        visit.open("/");
        return visit;
    }

    @ParameterizedTest
    @CsvSource({"320,LIGHT", "1280,DARK"})
    void a_good_page_passes_in_each_window(int width, Scheme scheme) throws IOException {
        try (Visit visit = visit(width, scheme, "")) {
            visit.assertAccessible();
            assertThat(visit.page().evaluate("() => navigator.language")).isEqualTo("en-GB");
            assertThat(visit.page().evaluate("() => matchMedia('(prefers-color-scheme: dark)').matches"))
                    .isEqualTo(scheme == Scheme.DARK);
            assertThat(visit.weight().requests()).isEqualTo(1);
            assertThat(visit.weight().bytes()).isBetween((long) PAGE.length(), PAGE.length() + 1_000L);
            assertThat(visit.layoutShift()).isZero();
            Path picture = visit.picture("harness");
            assertThat(picture).hasFileName("harness-" + width + "-" + scheme + ".png");
            assertThat(Files.size(picture)).isPositive();
        }
    }

    @Test
    void what_a_page_does_wrong_fails_its_visit() {
        String wrong = """
                <script>throw new Error('lost')</script>
                <script>console.warn('old')</script>
                <script>Promise.reject(new Error('later'))</script>
                <img src=http://pictures.example/a.png alt=''>
                <img src=/none.png alt=''>""";
        Visit visit = visit(1280, Scheme.LIGHT, wrong);
        assertThatThrownBy(visit::close)
                .isInstanceOf(AssertionError.class)
                .hasMessageContainingAll(
                        "a script has thrown: Error: lost",
                        "the console says: old",
                        "a script has thrown: Error: later",
                        "Content Security Policy",
                        "404");
    }

    @Test
    void who_is_led_to_another_origin_fails_the_visit() {
        String led = "<a href=http://elsewhere.example/>x</a><script>location=document.links[0].href</script>";
        Visit visit = visit(1280, Scheme.LIGHT, led);
        assertThatThrownBy(visit::close)
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("another origin is asked: http://elsewhere.example/");
    }

    @Test
    void what_is_refused_on_purpose_can_be_forgiven_once_it_has_happened() {
        try (Visit visit = visit(1280, Scheme.LIGHT, "")) {
            assertThatThrownBy(() -> visit.forgive("404")).isInstanceOf(AssertionError.class);
            assertThat(visit.open("/none").status()).isEqualTo(404);
            visit.forgive("404");
        }
    }

    @Test
    void what_some_cannot_read_is_found() {
        String bad = """
                <img src='data:image/gif;base64,R0lGODlhAQABAAAAACw='>
                <p style='color:#777;background:#888'>Grey</p>
                <div style='width:400px'>Wide</div>
                <div class=card style='width:100px'><div style='width:160px'>Wider</div></div>""";
        try (Visit visit = visit(320, Scheme.LIGHT, bad)) {
            assertThatThrownBy(visit::assertAccessible)
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContainingAll("image-alt", "color-contrast", "320", "than it: <div class=\"card\"");
            assertThatThrownBy(visit::assertFits)
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContainingAll("320", "than it: <div class=\"card\"");
        }
    }

    @Test
    void like_siblings_are_sampled_and_all_are_restored() {
        String alike = "<ul>" + "<li><a href=/>Link</a></li>".repeat(6)
                + "<li><a href=/7></a></li><li style='color:#777;background:#888'>Grey</li><li>Last</li></ul>";
        try (Visit visit = visit(390, Scheme.LIGHT, alike)) {
            Object before = visit.page().content();
            assertThatThrownBy(visit::assertAccessible)
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContainingAll("link-name", "color-contrast");
            assertThat(visit.page().content()).isEqualTo(before);
        }
    }

    @ParameterizedTest
    @CsvSource({"max-width:900px", "min-width:900px"})
    void what_cannot_be_read_in_one_window_alone_is_found_by_the_looks_at_a_page(String where) {
        String grey = "<style>@media(" + where + "){.grey{color:#777;background:#888}}</style><p class=grey>Grey</p>";
        List<String> found = new ArrayList<>();
        for (Arguments window : Windows.each()) {
            try (Visit visit = visit((Integer) window.get()[0], (Scheme) window.get()[1], grey)) {
                visit.look("harness-kind");
            } catch (AssertionError e) {
                found.add(e.getMessage());
            }
        }
        assertThat(found).isNotEmpty().allSatisfy(said -> assertThat(said).contains("color-contrast"));
    }

    @Test
    void what_moves_by_itself_is_measured() {
        String moving = "<script>addEventListener('load', () => requestAnimationFrame(() => setTimeout(() =>"
                + " document.body.prepend(Object.assign(document.createElement('div'), {style: 'height:300px'})), 50)))</script>";
        try (Visit visit = visit(390, Scheme.LIGHT, moving)) {
            visit.page().waitForFunction("() => window.layoutShift > 0");
            assertThat(visit.layoutShift()).isPositive();
        }
    }

    @Test
    void what_a_picture_moves_is_not_the_pages_doing() {
        String low = "<div style='height:60vh'></div><p>Below what is as tall as the window</p>"
                + "<script>addEventListener('resize', () => setTimeout(() => { document.body.style.paddingTop = '200px'; }, 50))</script>";
        try (Visit visit = visit(390, Scheme.LIGHT, low + "<div style='height:3000px'></div>")) {
            visit.picture("harness-moved");
            visit.page().waitForFunction("() => document.body.style.paddingTop === '200px'");
            assertThat(visit.layoutShift()).isZero();
        }
    }

    @Test
    void two_at_once_are_refused_and_a_visit_begins_without_what_another_has_left() {
        String left = "() => document.cookie + ' ' + localStorage.length + ' ' + innerWidth";
        try (Visit visit = visit(390, Scheme.LIGHT, "<script>document.cookie='a=b';localStorage.c='d'</script>")) {
            assertThat(visit.page().evaluate(left)).isEqualTo("a=b 1 390");
            assertThatThrownBy(() -> visit(390, Scheme.LIGHT, "")).isInstanceOf(IllegalStateException.class);
        }
        try (Visit visit = visit(1280, Scheme.LIGHT, "")) {
            assertThat(visit.page().evaluate(left)).isEqualTo(" 0 1280");
        }
    }
}
