package dev.tollgate.operator.cli.parts;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.base.error.ApiException;
import dev.tollgate.operator.admin.AdminApi;
import dev.tollgate.testing.PortalServer;
import java.io.IOException;
import java.math.BigDecimal;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** The socket of a running server, as commands and strangers use it. */
@Timeout(60)
class ControlSocketTest {

    private static final String ACCOUNTS = "/admin/accounts";

    @TempDir
    Path folder;

    private PortalServer server;
    private Path data;
    private AdminApi remote;

    @BeforeEach
    void start() {
        server = PortalServer.start();
        data = server.data();
        remote = SocketApi.find(data).orElseThrow();
    }

    @AfterEach
    void stop() {
        if (server != null) {
            server.close();
        }
    }

    private static ObjectNode account(String name) {
        return CommandJson.object().put("name", name);
    }

    private static JsonNode make(AdminApi api, String name) {
        return api.ask("POST", ACCOUNTS, Map.of(), account(name));
    }

    private long accounts() {
        return server.number("SELECT COUNT(*) FROM account WHERE name LIKE 'n%'");
    }

    @Test
    void every_question_comes_back_as_if_the_store_had_been_asked() {
        ObjectNode ann = account("Ann \"ü\" 漢字");
        ann.put("credits", new BigDecimal("12.5"));
        JsonNode made = remote.ask("POST", ACCOUNTS, Map.of(), ann);
        assertThat(made.get("name").asString()).isEqualTo("Ann \"ü\" 漢字");
        assertThat(made.get("balance").decimalValue()).isEqualByComparingTo("12.5");
        Map<String, String> id = Map.of("id", made.get("id").asString());
        assertThat(remote.ask("GET", ACCOUNTS + "/{id}", id, null)).isEqualTo(made);
        ObjectNode body = CommandJson.object().put("name", "k").put("kind", "management");
        JsonNode key = remote.ask("POST", ACCOUNTS + "/{id}/keys", id, body);
        assertThat(key.get("key").asString()).hasSize(67);
        Map<String, String> keyId = Map.of("id", key.get("id").asString());
        assertThat(remote.ask(
                                "PATCH",
                                "/admin/keys/{id}",
                                keyId,
                                CommandJson.object().put("disabled", true))
                        .get("disabled")
                        .asBoolean())
                .isTrue();
    }

    @Test
    void pages_are_asked_for_one_by_one() {
        for (int i = 0; i < 3; i++) {
            make(remote, "n" + i);
        }
        JsonNode first = remote.ask("GET", ACCOUNTS, Map.of("limit", "2"), null);
        assertThat(first.get("data")).hasSize(2);
        String next = first.get("next").asString();
        assertThat(next).isEqualTo(first.at("/data/1/id").asString());
        JsonNode second = remote.ask("GET", ACCOUNTS, Map.of("limit", "200", "after", next), null);
        assertThat(second.get("data")).hasSize((int) server.number("SELECT COUNT(*) FROM account") - 2);
        assertThat(second.get("next").isNull()).isTrue();
    }

    @Test
    void a_refusal_arrives_as_its_sentence() {
        assertThatThrownBy(() -> remote.ask(
                        "PATCH",
                        "/admin/keys/{id}",
                        Map.of("id", "key_9"),
                        CommandJson.object().put("disabled", true)))
                .isInstanceOf(ApiException.class)
                .hasMessage("There is no key key_9.");
    }

    @Test
    void a_server_failure_is_reported_without_internal_details() {
        server.execute("ALTER TABLE audit_log RENAME TO elsewhere");
        try {
            assertThatThrownBy(() -> remote.ask("GET", "/admin/audit", Map.of(), null))
                    .isInstanceOf(ApiException.class)
                    .hasMessageNotContaining("audit_log");
        } finally {
            server.execute("ALTER TABLE elsewhere RENAME TO audit_log");
        }
    }

    @Test
    void other_users_cannot_open_the_socket() throws IOException {
        Path file = data.resolve("tollgate.sock");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        try (Stream<Path> files = Files.list(data)) {
            assertThat(files.filter(each -> each.getFileName().toString().startsWith(".control")))
                    .isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "null", "[]", "{\"name\":7}", "{\"name\":\"n\",\"more\":1}", "{\"credits\":1}"})
    void a_body_that_is_no_command_is_refused_and_changes_nothing(String body) throws IOException {
        assertThat(send("POST /admin/accounts HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
                        + "Connection: close\r\nContent-Length: " + body.length() + "\r\n\r\n" + body))
                .startsWith("HTTP/1.1 400 ");
        assertThat(accounts()).isZero();
    }

    @Test
    void a_line_without_end_is_not_kept() throws Exception {
        try (SocketChannel channel = connect()) {
            ByteBuffer chunk = ByteBuffer.allocate(64 * 1024);
            for (int i = 0; i < 1_000; i++) {
                channel.write(chunk.clear());
            }
            assertThat(channel.read(chunk.clear())).isPositive();
            assertThat(new String(chunk.array(), 0, 12, StandardCharsets.UTF_8)).isEqualTo("HTTP/1.1 400");
            assertThat(channel.read(chunk.clear())).isEqualTo(-1);
        } catch (IOException e) {
            assertThat(e)
                    .hasMessageMatching("(Broken pipe|Connection reset).*"); // the server has closed the connection
        }
        assertThat(SocketApi.find(data)).isPresent();
    }

    @Test
    void a_silent_connection_does_not_delay_others() throws Exception {
        try (SocketChannel silent = connect()) {
            assertThat(silent.isConnected()).isTrue();
            make(remote, "n");
            assertThat(accounts()).isEqualTo(1);
        }
    }

    @Test
    void a_silent_connection_does_not_delay_the_shutdown() throws Exception {
        try (SocketChannel silent = connect()) {
            make(remote, "n");
            long began = System.nanoTime();
            server.close();
            server = null;
            assertThat(System.nanoTime() - began).isLessThan(20_000_000_000L);
            assertThat(silent.read(ByteBuffer.allocate(1))).isEqualTo(-1);
        }
    }

    @Test
    void many_at_once_are_all_answered() throws Exception {
        List<Future<JsonNode>> made = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 100; i++) {
                made.add(threads.submit(() -> make(remote, "n")));
            }
            for (Future<JsonNode> account : made) {
                assertThat(account.get().get("id").asString()).startsWith("acc_");
            }
        }
        assertThat(accounts()).isEqualTo(100);
    }

    @Test
    void only_commands_on_this_machine_may_reset_the_operator() {
        assertThat(remote.ask("POST", "/admin/operator/reset", Map.of(), null)
                        .get("login")
                        .asString())
                .isEqualTo("operator");
        String adminKey = server.adminKey();
        assertThat(server.post("/admin/operator/reset", "{}", adminKey).status())
                .isEqualTo(404);
    }

    @Test
    void after_the_end_there_is_no_server_to_find() throws Exception {
        server.restartAfter(() -> {
            assertThat(data.resolve("tollgate.sock")).doesNotExist();
            try {
                assertThat(SocketApi.find(data)).isEmpty();
            } catch (ApiException e) {
                throw new AssertionError(e);
            }
        });
    }

    @Test
    void a_socket_that_a_killed_server_left_is_no_server_and_is_replaced() throws Exception {
        server.restartAfter(() -> {
            Path file = data.resolve("tollgate.sock");
            try (ServerSocketChannel killed = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
                killed.bind(UnixDomainSocketAddress.of(file));
            } catch (IOException e) {
                throw new AssertionError(e);
            }
            assertThat(file).exists();
            try {
                assertThat(SocketApi.find(data)).isEmpty();
            } catch (ApiException e) {
                throw new AssertionError(e);
            }
        });
        assertThat(SocketApi.find(data)).isPresent();
    }

    @Test
    void a_data_folder_with_a_path_too_long_for_a_socket_works() throws Exception {
        Path deep = folder;
        while (deep.toString().length() < 300) {
            deep = deep.resolve("a-folder-with-a-long-name");
        }
        Files.createDirectories(deep);
        try (PortalServer long_ = PortalServer.start("data", deep.toString())) {
            assertThat(make(SocketApi.find(deep).orElseThrow(), "n").get("id").asString())
                    .startsWith("acc_");
            assertThat(long_.number("SELECT COUNT(*) FROM account WHERE name = 'n'"))
                    .isEqualTo(1);
        }
        assertThat(deep.resolve("tollgate.sock")).doesNotExist();
    }

    private String send(String text) throws IOException {
        try (SocketChannel channel = connect()) {
            channel.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
            ByteBuffer answer = ByteBuffer.allocate(16_384);
            while (channel.read(answer) >= 0) {
                assertThat(answer.hasRemaining()).isTrue();
            }
            return new String(answer.array(), 0, answer.position(), StandardCharsets.UTF_8);
        }
    }

    private SocketChannel connect() throws IOException {
        return SocketChannel.open(UnixDomainSocketAddress.of(data.resolve("tollgate.sock")));
    }
}
