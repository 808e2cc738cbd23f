package dev.tollgate.flow;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.testing.Customer;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.HeldUpstream;
import dev.tollgate.testing.RawCall;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What depends on a commit waits for it: here another program keeps the database from committing for a while. */
@Timeout(60)
class DurableFirstTest {

    private static final String CALL = """
            {"model":"gemini-2.5-pro","stream":%s,"messages":[{"role":"user","content":"Tell me"}]}""";

    /** In which something would come if it did not wait; less than the program waits for the database. */
    private static final int A_WHILE_MILLIS = 400;

    private HeldUpstream upstream;
    private Gateway gateway;
    private Customer customer;

    @BeforeEach
    void start() {
        upstream = new HeldUpstream("All of it.", 1_000);
        gateway = upstream.gateway();
        customer = gateway.customer("1000000");
    }

    @AfterEach
    void stop() {
        gateway.assertBooksAreClosed();
        upstream.close();
        gateway.close();
    }

    @Test
    void no_upstream_is_asked_before_the_hold_is_durable() throws SQLException {
        upstream.answer();
        try (Connection busy = busyDatabase();
                RawCall call = customer.chatRaw(CALL.formatted(true))) {
            assertThat(call.readFor(A_WHILE_MILLIS)).doesNotContain("200 OK");
            assertThat(upstream.asked()).isZero();
            busy.rollback();
        }
        assertThat(customer.chat(CALL.formatted(true)).status()).isEqualTo(200);
        assertThat(upstream.asked()).isPositive();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void no_answer_ends_before_its_charge_is_durable(boolean stream) throws SQLException {
        try (RawCall call = customer.chatRaw(CALL.formatted(stream))) {
            Gateway.await("the question", () -> upstream.asked() == 1);
            try (Connection busy = busyDatabase()) {
                upstream.answer();
                String early = call.readFor(A_WHILE_MILLIS);
                assertThat(early).doesNotContain("credits_consumed", "usage", "[DONE]", "finish_reason\":\"stop");
                assertThat(early.contains("All of it."))
                        .as("a stream's text may come before")
                        .isEqualTo(stream);
                busy.rollback();
            }
            String all = call.readUntil("credits_consumed");
            assertThat(all).contains("All of it.");
        }
        assertThat(customer.lastTask().get("credits_consumed").toString()).isEqualTo("0.45");
    }

    @Test
    void whoever_has_a_fortune_is_held_for_like_anybody_else() {
        try (RawCall call = customer.chatRaw(CALL.formatted(true))) {
            Gateway.await("the question", () -> upstream.asked() == 1);
            assertThat(customer.credits().get("reserved").decimalValue()).isEqualByComparingTo("1.84");
            upstream.answer();
            call.readUntil("[DONE]");
        }
    }

    /** In a transaction that writes: nobody else's commit gets through until it ends. */
    private Connection busyDatabase() throws SQLException {
        Connection connection =
                DriverManager.getConnection("jdbc:sqlite:" + gateway.data().resolve("tollgate.db"));
        try (Statement statement = connection.createStatement()) {
            statement.execute("PRAGMA busy_timeout = 5000");
            connection.setAutoCommit(false);
            statement.execute("UPDATE account SET name = name");
        }
        return connection;
    }
}
