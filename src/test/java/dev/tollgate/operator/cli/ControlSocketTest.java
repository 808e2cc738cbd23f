package dev.tollgate.operator.cli;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.operator.admin.AdminViews.Account;
import dev.tollgate.operator.admin.AdminViews.AccountLimits;
import dev.tollgate.operator.admin.AdminViews.AccountLimitsChange;
import dev.tollgate.operator.admin.AdminViews.ApiKey;
import dev.tollgate.operator.admin.AdminViews.KeyChange;
import dev.tollgate.operator.admin.AdminViews.KeyChoice;
import dev.tollgate.operator.admin.AdminViews.Kind;
import dev.tollgate.operator.admin.AdminViews.Limit;
import dev.tollgate.operator.admin.AdminViews.NewKey;
import dev.tollgate.operator.admin.AdminViews.Page;
import dev.tollgate.operator.admin.AdminViews.Spend;
import dev.tollgate.operator.admin.Administration;
import dev.tollgate.operator.admin.Refused;
import java.io.IOException;
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
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ControlSocketTest {

    @TempDir
    Path data;

    private final FakeAdministration administration = new FakeAdministration();
    private ControlSocket socket;
    private Administration remote;

    @BeforeEach
    void start() throws Exception {
        socket = ControlSocket.start(data, administration);
        remote = RemoteAdministration.find(data).orElseThrow();
    }

    @AfterEach
    void stop() throws IOException {
        socket.close();
    }

    @Test
    void every_question_comes_back_as_if_the_store_had_been_asked() throws Refused {
        Account account = remote.createAccount("Ann \"ü\" 漢字\n", 12_500_000);
        assertThat(account).isEqualTo(administration.accounts.get("acc_1"));
        assertThat(remote.grant("acc_1", Long.MAX_VALUE / 4, "why").balanceMicros())
                .isEqualTo(12_500_000 + Long.MAX_VALUE / 4);
        AccountLimits limits = new AccountLimits(5L, null, null, new Spend(null, 7L, null));
        assertThat(remote.limitAccount(
                        "acc_1", new AccountLimitsChange(new Limit(5L), null, null, null, new Limit(7L), null), "why"))
                .isEqualTo(limits);
        assertThat(remote.accountLimits("acc_1")).isEqualTo(limits);
        NewKey made = remote.createKey(
                "acc_1",
                new KeyChoice("k", Kind.MANAGEMENT, new Spend(1L, null, 3L), List.of("10.0.0.0/8", "::1"), 60));
        assertThat(made.key()).isEqualTo(administration.keys.get("key_1"));
        assertThat(made.secret()).hasSize(67);
        ApiKey changed =
                remote.setKey("key_1", new KeyChange("n", new Limit(null), null, null, List.of(), new Limit(5L)));
        assertThat(changed.spend()).isEqualTo(new Spend(null, null, 3L));
        assertThat(changed.allow()).isEmpty();
        assertThat(changed.requestsPerMinute()).isEqualTo(5);
        assertThat(remote.setRole("ann@example.org", "operator", "why"))
                .isEqualTo(administration.setRole("ann@example.org", "operator", "why"));
        assertThat(remote.resetOperator()).isEqualTo(administration.resetOperator());
        assertThat(remote.invite("ann@example.org", null, "why"))
                .isEqualTo(administration.invite("ann@example.org", null, "why"));
        assertThat(remote.invite("ann@example.org", "acc_1", "why"))
                .isEqualTo(administration.invite("ann@example.org", "acc_1", "why"));
        assertThat(remote.resetLink("ann@example.org", "why"))
                .isEqualTo(administration.resetLink("ann@example.org", "why"));
        assertThat(remote.testMail("ann@example.org")).isEqualTo("ann@example.org");
        assertThat(remote.beSandbox("why")).isEqualTo("It is one, for why");
        assertThat(remote.disableKey("key_1").disabled()).isTrue();
        assertThat(remote.keys("acc_1", null, 10).data()).containsExactly(administration.keys.get("key_1"));
    }

    @Test
    void pages_are_asked_for_one_by_one() throws Refused {
        for (int i = 0; i < 3; i++) {
            remote.createAccount("n", 0);
        }
        Page<Account> first = remote.accounts(null, 2);
        assertThat(first.data()).hasSize(2);
        Page<Account> second = remote.accounts(first.next(), 2);
        assertThat(second.data()).extracting(Account::id).containsExactly("acc_3");
        assertThat(second.next()).isNull();
    }

    @Test
    void a_refusal_arrives_as_its_sentence() {
        assertThatThrownBy(() -> remote.disableKey("key_9"))
                .isInstanceOf(Refused.class)
                .hasMessage("There is no key key_9.");
    }

    @Test
    void a_failure_of_the_server_is_told_without_its_inside() {
        administration.accounts.put("acc_1", null);
        assertThatThrownBy(() -> remote.accounts(null, 2))
                .isInstanceOf(Refused.class)
                .hasMessage("The server has failed at this; its log says more.");
    }

    @Test
    void nobody_else_may_open_it() throws IOException {
        Path file = data.resolve("tollgate.sock");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        try (Stream<Path> files = Files.list(data)) {
            assertThat(files).containsExactly(file);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "null",
                "[]",
                "{\"command\":\"account.fly\"}",
                "{\"command\":\"key.disable\"}",
                "{\"command\":\"key.disable\",\"key\":\"k\",\"more\":1}",
                "{\"command\":\"account.create\",\"name\":\"a\"}"
            })
    void a_line_that_is_no_command_is_refused_and_changes_nothing(String line) throws IOException {
        assertThat(send(line + "\n"))
                .isEqualTo("{\"refused\":\"The server does not understand the command; is it of another version?\"}\n");
        assertThat(administration.accounts).isEmpty();
    }

    @Test
    void a_line_without_end_is_not_kept() throws Exception {
        try (SocketChannel channel = connect()) {
            ByteBuffer chunk = ByteBuffer.allocate(64 * 1024);
            assertThatThrownBy(() -> {
                        for (int i = 0; i < 1_000; i++) {
                            channel.write(chunk.clear());
                        }
                    })
                    .isInstanceOf(IOException.class);
        }
        assertThat(RemoteAdministration.find(data)).isPresent();
    }

    @Test
    void one_that_says_nothing_does_not_keep_others_waiting() throws Exception {
        try (SocketChannel silent = connect()) {
            assertThat(silent.isConnected()).isTrue();
            assertThat(remote.createAccount("n", 0).id()).isEqualTo("acc_1");
        }
    }

    @Test
    void one_that_says_nothing_does_not_keep_the_end_waiting() throws Exception {
        try (SocketChannel silent = connect()) {
            remote.createAccount("n", 0);
            long began = System.nanoTime();
            socket.close();
            assertThat(System.nanoTime() - began).isLessThan(4_000_000_000L);
            assertThat(silent.read(ByteBuffer.allocate(1))).isEqualTo(-1);
        }
    }

    @Test
    void many_at_once_are_all_answered() throws Exception {
        List<Future<Account>> made = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 100; i++) {
                made.add(threads.submit(() -> remote.createAccount("n", 0)));
            }
            for (Future<Account> account : made) {
                assertThat(account.get().id()).startsWith("acc_");
            }
        }
        assertThat(administration.accounts).hasSize(100);
    }

    @Test
    void after_the_end_there_is_no_server_to_find() throws Exception {
        socket.close();
        assertThat(RemoteAdministration.find(data)).isEmpty();
        assertThat(data.resolve("tollgate.sock")).doesNotExist();
    }

    @Test
    void a_socket_that_a_killed_server_left_is_no_server_and_is_replaced() throws Exception {
        socket.close();
        Path file = data.resolve("tollgate.sock");
        try (ServerSocketChannel killed = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            killed.bind(UnixDomainSocketAddress.of(file));
        }
        assertThat(file).exists();
        assertThat(RemoteAdministration.find(data)).isEmpty();
        socket = ControlSocket.start(data, administration);
        assertThat(RemoteAdministration.find(data)).isPresent();
    }

    @Test
    void a_data_folder_with_a_path_too_long_for_a_socket_works() throws Exception {
        Path deep = data;
        while (deep.toString().length() < 300) {
            deep = deep.resolve("a-folder-with-a-long-name");
        }
        Files.createDirectories(deep);
        try (ControlSocket long_ = ControlSocket.start(deep, administration)) {
            assertThat(long_).isNotNull();
            assertThat(RemoteAdministration.find(deep)
                            .orElseThrow()
                            .createAccount("n", 0)
                            .id())
                    .isEqualTo("acc_1");
        }
        try (Stream<Path> left = Files.list(deep)) {
            assertThat(left).isEmpty();
        }
    }

    private String send(String text) throws IOException {
        try (SocketChannel channel = connect()) {
            channel.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
            ByteBuffer answer = ByteBuffer.allocate(4_096);
            while (channel.read(answer) >= 0 && answer.get(answer.position() - 1) != '\n') {
                assertThat(answer.hasRemaining()).isTrue();
            }
            return new String(answer.array(), 0, answer.position(), StandardCharsets.UTF_8);
        }
    }

    private SocketChannel connect() throws IOException {
        return SocketChannel.open(UnixDomainSocketAddress.of(data.resolve("tollgate.sock")));
    }
}
