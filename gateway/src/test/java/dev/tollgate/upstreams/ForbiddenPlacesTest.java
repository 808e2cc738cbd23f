package dev.tollgate.upstreams;

import static dev.tollgate.protocols.ErrorListTest.assertError;
import static dev.tollgate.testing.Asserts.assertThat;
import static dev.tollgate.testing.MediaSamples.call;

import dev.tollgate.testing.CallServer;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.HandServer;
import dev.tollgate.testing.MediaSamples;
import dev.tollgate.testing.Ports;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Where a caller cannot make us connect to. The server that must hear nothing listens on 127.0.0.1 and 127.0.0.2; allowed is the
 * name open.test on its port, and on 127.0.0.1 with the other server's port. So the port itself keeps nothing out, and in each case it is
 * the address that is judged.
 */
class ForbiddenPlacesTest {

    private static final String NOT_PUBLIC =
            "could not be downloaded: its host could not be reached at a public address.";
    private static final byte[] PNG = MediaSamples.BY_TYPE.get("image/png");

    private static final HandServer OPEN = new HandServer(ForbiddenPlacesTest::open);
    private static final HandServer CLOSED =
            new HandServer("127.0.0.1", Ports.free(), (request, out) -> HandServer.reply(out, 200, "", PNG));
    private static final HandServer CLOSED_2 =
            new HandServer("127.0.0.2", CLOSED.port(), (request, out) -> HandServer.reply(out, 200, "", PNG));

    private static final Map<String, Deque<List<String>>> NAMES = new ConcurrentHashMap<>();
    private static final List<String> LOOKED_UP = new CopyOnWriteArrayList<>();
    private static final Map<String, String> REDIRECTS = new ConcurrentHashMap<>();
    private static final List<String> HOSTS_ASKED = new CopyOnWriteArrayList<>();
    private static CallServer gateway;
    private static Customer customer;

    private static void open(HandServer.Request request, OutputStream out) throws IOException {
        HOSTS_ASKED.add(request.header("host"));
        String location = REDIRECTS.get(request.target());
        if (location != null) {
            HandServer.reply(out, 302, "Location: " + location + "\r\n", "");
        } else {
            HandServer.reply(out, 200, "", PNG);
        }
    }

    private static List<InetAddress> resolve(String host) throws UnknownHostException {
        LOOKED_UP.add(host);
        Deque<List<String>> answers = NAMES.get(host);
        if (answers == null) {
            throw new UnknownHostException(host);
        }
        List<String> addresses = answers.size() > 1 ? answers.remove() : answers.element();
        return addresses.stream().map(InetAddress::ofLiteral).toList();
    }

    @SafeVarargs
    private static void names(String host, List<String>... answers) {
        NAMES.put(host, new ArrayDeque<>(List.of(answers)));
    }

    @BeforeAll
    static void start() {
        gateway = CallServer.start(
                ForbiddenPlacesTest::resolve,
                "media.allow",
                "open.test:%d, 127.0.0.1:%d, elsewhere.test:1".formatted(CLOSED.port(), OPEN.port()),
                "media.time",
                "5s");
        customer = gateway.customer("1000");
    }

    @BeforeEach
    void forget() {
        NAMES.clear();
        LOOKED_UP.clear();
        REDIRECTS.clear();
        HOSTS_ASKED.clear();
    }

    @AfterAll
    static void stop() {
        gateway.assertBooksAreClosed();
        gateway.close();
        OPEN.close();
        CLOSED.close();
        CLOSED_2.close();
    }

    private static CallServer.Reply assertRefused(String url) {
        int before = CLOSED.connections() + CLOSED_2.connections();
        CallServer.Reply reply = customer.chat(call(url));
        assertError(reply, 400, "invalid_request", "invalid_request_error");
        assertThat(reply.error().get("param").stringValue()).startsWith("messages.0.content.1.image_url");
        assertThat(CLOSED.connections() + CLOSED_2.connections()).isEqualTo(before);
        assertThat(customer.tasks()).isEqualTo(tasksExpected);
        return reply;
    }

    /** Refused calls leave none. */
    private static long tasksExpected;

    @BeforeEach
    void countTasks() {
        tasksExpected = customer.tasks();
    }

    private static void assertNotPublic(String url) {
        assertThat(assertRefused(url).error().get("message").stringValue()).contains(NOT_PUBLIC);
    }

    private static String onClosedPort(String host) {
        return "http://" + host + ":" + CLOSED.port() + "/x.png";
    }

    // ---- addresses, in every spelling

    @ParameterizedTest
    @ValueSource(
            strings = {
                "127.0.0.1",
                "127.1",
                "127.0.1",
                "2130706433",
                "017700000001",
                "0x7f000001",
                "0X7F.0.0.1",
                "0177.0.0.1",
                "0177.0.0.01",
                "0x7f.1",
                "127.0.0.1.",
                "127.0.0.2",
                "127.255.255.254",
                "0.0.0.0",
                "0",
                "0x0",
                "0.0.0.1",
                "[::]",
                "[::1]",
                "[0:0:0:0:0:0:0:1]",
                "[::ffff:127.0.0.1]",
                "[::ffff:7f00:1]",
                "[0:0:0:0:0:FFFF:127.0.0.1]",
                "[::127.0.0.1]",
                "\uff11\uff12\uff17.\uff10.\uff10.\uff11",
                "127\u30020\u30020\u30021",
                "\u2460\u2461\u2466.0.0.1"
            })
    void this_machine_is_not_reached_in_any_spelling(String host) {
        assertNotPublic(onClosedPort(host));
        assertThat(LOOKED_UP).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "169.254.169.254",
                "2852039166",
                "0xa9fea9fe",
                "0251.0376.0251.0376",
                "[::ffff:169.254.169.254]",
                "[fd00:ec2::254]",
                "[64:ff9b::169.254.169.254]",
                "[64:ff9b::a9fe:a9fe]",
                "[64:ff9b:1::a9fe:a9fe]",
                "[2002:a9fe:a9fe::1]",
                "[2001:0:a9fe:a9fe::1]",
                "[2001::1]",
                "[2a00:1450:4001::5efe:a9fe:a9fe]",
                "10.0.0.1",
                "10.255.255.255",
                "172.16.0.1",
                "172.31.255.254",
                "192.168.1.1",
                "100.64.0.1",
                "100.127.255.254",
                "192.0.0.1",
                "192.0.2.1",
                "192.88.99.1",
                "198.18.0.1",
                "198.19.255.254",
                "198.51.100.1",
                "203.0.113.1",
                "224.0.0.1",
                "239.255.255.255",
                "240.0.0.1",
                "255.255.255.255",
                "[fc00::1]",
                "[fdff::1]",
                "[fe80::1]",
                "[febf::1]",
                "[fec0::1]",
                "[ff02::1]",
                "[100::1]",
                "[2001:db8::1]",
                "[3fff::1]",
                "[5f00::1]",
                "[4000::1]"
            })
    void nor_is_what_is_private_local_special_or_embedded(String host) {
        assertNotPublic("http://" + host + "/latest/meta-data/");
        assertNotPublic("https://" + host + "/x.png");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://user@open.test/",
                "http://user:secret@open.test/x.png",
                "http://open.test@127.0.0.1/",
                "http://open.test\\@127.0.0.1/",
                "http://127.0.0.1\\.open.test/",
                "http://[::1%25eth0]/",
                "http://[fe80::1%eth0]/",
                "http://[127.0.0.1]/",
                "http://[::1/",
                "http://open.test:0/",
                "http://open.test:65536/",
                "http://open.test:80:80/",
                "http://open.test:+80/",
                "http://256.256.256.256/",
                "http://1.2.3.4.5/",
                "http://0x/../",
                "http://127.0.0.0x100000000/",
                "http://127..1/",
                "http://%31%32%37.0.0.1/",
                "http:///x.png",
                "http://",
                "http:/open.test/",
                "http:open.test",
                "http://-/",
                "http://a b.test/",
                "http://exa\u00admple..test/"
            })
    void a_url_that_readers_may_understand_differently_is_refused(String url) {
        assertRefused(url.replace("\\", "\\\\"));
        assertThat(LOOKED_UP).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "file:///etc/passwd",
                "ftp://open.test/x.png",
                "gopher://127.0.0.1:6379/_INFO",
                "dict://127.0.0.1:11211/",
                "jar:http://open.test/x!/y",
                "gs://secret-bucket/x.png",
                "//open.test/x.png"
            })
    void other_schemes_are_refused(String url) {
        CallServer.Reply reply = customer.chat(call(url));
        assertError(reply, 400, "invalid_request", "invalid_request_error");
        assertThat(LOOKED_UP).isEmpty();
    }

    @Test
    void other_ports_are_refused_before_anything_is_looked_up() {
        names("open.test", List.of("127.0.0.1"));
        for (int port : new int[] {22, 25, 6379, 8080}) {
            assertThat(assertRefused("http://open.test:" + port + "/")
                            .error()
                            .get("message")
                            .stringValue())
                    .contains("leads to port " + port);
        }
        assertThat(LOOKED_UP).isEmpty();
    }

    // ---- names

    @Test
    void a_name_is_judged_by_all_of_its_addresses() {
        names("private.test", List.of("127.0.0.1"));
        names("mixed.test", List.of("8.8.8.8", "127.0.0.1"));
        names("mixed6.test", List.of("8.8.8.8", "fd00::1"));
        for (String host : List.of("private.test", "mixed.test", "mixed6.test")) {
            assertNotPublic("http://" + host + "/x.png");
            assertNotPublic(onClosedPort(host));
        }
    }

    /** Otherwise a caller could list the names of a private network, and its running hosts. */
    @Test
    void unknown_private_and_silent_hosts_get_the_same_refusal() {
        names("private.test", List.of("10.0.0.1"));
        names("mixed.test", List.of("8.8.8.8", "10.0.0.1"));
        names("open.test", List.of("127.0.0.3")); // a port without a listener
        names("many.test", Collections.nCopies(65, "8.8.8.8"));
        REDIRECTS.put("/to-private", "http://private.test/");
        REDIRECTS.put("/to-nobody", "http://nobody.test/");
        Set<String> told = new HashSet<>();
        for (String url : List.of(
                "http://nobody.test/",
                "http://private.test/",
                "http://mixed.test/",
                "http://many.test/",
                "http://10.0.0.1/",
                onClosedPort("open.test"),
                OPEN.url() + "/to-private",
                OPEN.url() + "/to-nobody")) {
            told.add(assertRefused(url).error().toString());
        }
        assertThat(told).hasSize(1);
        assertThat(told.iterator().next()).contains(NOT_PUBLIC);
    }

    @Test
    void a_rule_for_one_name_and_port_opens_no_other() {
        names("elsewhere.test", List.of("127.0.0.1"));
        names("open.test", List.of("127.0.0.1"));
        assertNotPublic(onClosedPort("elsewhere.test"));
        assertNotPublic("http://open.test/x.png");
    }

    @Test
    void names_are_brought_into_one_form_before_they_are_looked_up() {
        names("xn--mnchen-3ya.test", List.of("127.0.0.1"));
        assertNotPublic("http://M\u00fcnchen.TEST./x.png");
        assertThat(LOOKED_UP).containsExactly("xn--mnchen-3ya.test");
    }

    @Test
    void the_connection_goes_to_the_address_that_was_judged_whatever_the_name_says_next() {
        names("rebinding.test", List.of("127.0.0.1"), List.of("127.0.0.2"));
        String url = "http://rebinding.test:" + OPEN.port() + "/x.png";
        try (HandServer second =
                new HandServer("127.0.0.2", OPEN.port(), (request, out) -> HandServer.reply(out, 200, "", PNG))) {
            assertThat(customer.chat(call(url)).status()).isEqualTo(200);
            assertThat(LOOKED_UP).containsExactly("rebinding.test");
            assertThat(HOSTS_ASKED).containsExactly("rebinding.test:" + OPEN.port());
            tasksExpected++;

            assertNotPublic(url); // now the name says 127.0.0.2, and that is what is judged
            assertThat(second.connections()).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"a_b.test", "_x._y.test", "a-.test", "a--b.test", "1a.test", "x.1a", "a.b_c", "xn--a.test"})
    void odd_names_are_no_fault_of_ours(String host) {
        names(host, List.of("127.0.0.1"));
        int status = customer.chat(call("http://" + host + ":" + OPEN.port() + "/x.png"))
                .status();
        assertThat(status).isIn(200, 400);
    }

    // ---- redirects

    private static String redirectTo(String location) {
        REDIRECTS.put("/away", location);
        return OPEN.url() + "/away";
    }

    @Test
    void a_redirect_is_followed_where_it_may_lead() {
        names("open.test", List.of("127.0.0.1"));
        for (String location :
                List.of("/x.png", "x.png?y", OPEN.url() + "/x.png", "//127.0.0.1:" + OPEN.port(), "?q")) {
            assertThat(customer.chat(call(redirectTo(location))).status())
                    .as(location)
                    .isEqualTo(200);
        }
    }

    @Test
    void each_redirect_is_checked() {
        names("private.test", List.of("127.0.0.1"));
        for (String location : List.of(
                onClosedPort("127.0.0.1"),
                "//127.0.0.1:" + CLOSED.port() + "/",
                onClosedPort("2130706433"),
                onClosedPort("[::1]"),
                onClosedPort("private.test"),
                "http://169.254.169.254/latest/meta-data/",
                "https://10.0.0.1/")) {
            assertNotPublic(redirectTo(location));
        }
    }

    @Test
    void a_redirect_to_what_is_no_web_address_is_refused() {
        for (String location : List.of(
                "file:///etc/passwd",
                "gopher://127.0.0.1:6379/_",
                "data:image/png;base64,AAAA",
                "http://u:p@127.0.0.1/",
                "http://",
                "javascript:1")) {
            assertRefused(redirectTo(location));
        }
    }

    @Test
    void a_name_that_changes_between_redirects_is_judged_each_time() {
        names("rebinding.test", List.of("127.0.0.1"), List.of("10.0.0.1"));
        REDIRECTS.put("/one", "/two");
        assertNotPublic("http://rebinding.test:" + OPEN.port() + "/one");
        assertThat(LOOKED_UP).containsExactly("rebinding.test", "rebinding.test");
    }

    @Test
    void three_redirects_are_followed_and_no_more() {
        REDIRECTS.put("/1", "/2");
        REDIRECTS.put("/2", "/3");
        REDIRECTS.put("/3", "/x.png");
        assertThat(customer.chat(call(OPEN.url() + "/1")).status()).isEqualTo(200);
        REDIRECTS.put("/0", "/1");
        tasksExpected++;
        assertThat(assertRefused(OPEN.url() + "/0").error().get("message").stringValue())
                .contains("redirected more than 3 times");
        REDIRECTS.put("/loop", "/loop");
        assertRefused(OPEN.url() + "/loop");
    }

    // ---- what else a caller might name (D49, X-10)

    @Test
    void files_and_caches_of_the_operators_are_out_of_reach() {
        for (String url : List.of(
                "https://generativelanguage.googleapis.com/v1beta/files/abc",
                "https://generativelanguage.googleapis.com:443/v1beta/files/abc",
                "https://GenerativeLanguage.googleapis.com./v1beta/files/abc")) {
            assertThat(assertRefused(url).error().get("message").stringValue()).contains("Files API");
        }
        assertThat(LOOKED_UP).isEmpty();
    }

    @Test
    void the_upstream_is_not_the_callers_choice() {
        int before = CLOSED.connections();
        String url = CLOSED.url();
        CallServer.Reply reply = gateway.send(gateway.request("/v1/chat/completions")
                .header("Content-Type", "application/json")
                .header("x-portkey-custom-host", url)
                .header("x-custom-host", url)
                .header("x-forwarded-host", "127.0.0.1:" + CLOSED.port())
                .header("x-goog-upload-url", url)
                .POST(java.net.http.HttpRequest.BodyPublishers.ofString("""
                        {"model":"gemini-2.5-pro","stream":false,"api_base":"%1$s","base_url":"%1$s","extra_body":{"api_base":"%1$s"},\
                        "messages":[{"role":"user","content":"Hi"}]}""".formatted(url))));
        assertThat(reply.status()).isEqualTo(200);
        assertThat(CLOSED.connections()).isEqualTo(before);
    }
}
