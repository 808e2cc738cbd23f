package dev.tollgate.customers.mail;

import io.vertx.core.Vertx;
import io.vertx.core.net.TrustOptions;
import io.vertx.ext.mail.LoginOption;
import io.vertx.ext.mail.MailClient;
import io.vertx.ext.mail.MailConfig;
import io.vertx.ext.mail.MailMessage;
import io.vertx.ext.mail.SMTPException;
import io.vertx.ext.mail.StartTLSOptions;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The SMTP server that takes our mails; the only class that speaks to it. Thread-safe; sending blocks. */
public final class MailServer implements AutoCloseable {

    /** The time limit of one mail. */
    static final int SECONDS_MAX = 60;

    private static final int CONNECT_MILLIS = 10_000;
    private static final int IDLE_SECONDS = 30;
    private static final int REASON_CHARS_MAX = 300;

    /** The protection of the connection. */
    public enum Protection {
        /** TLS before the first word. */
        IMPLICIT,
        /** TLS by STARTTLS, or no mail is sent. */
        STARTTLS,
        NONE;

        private static final int IMPLICIT_PORT = 465;
        private static final Set<String> OWN = Set.of("localhost", "127.0.0.1", "::1");

        /** Returns the chosen protection; auto: implicit TLS on its port, none on this machine, else STARTTLS. */
        public static Protection of(String chosen, String host, int port) {
            return switch (chosen) {
                case "implicit" -> IMPLICIT;
                case "starttls" -> STARTTLS;
                case "none" -> NONE;
                default -> port == IMPLICIT_PORT ? IMPLICIT : OWN.contains(host) ? NONE : STARTTLS;
            };
        }
    }

    /**
     * @param user null: none is shown
     * @param from the sender's address
     * @param ownName what we call ourselves
     */
    public record Choice(
            String host,
            int port,
            Protection protection,
            @Nullable String user,
            @Nullable String password,
            String from,
            String ownName) {

        @Override
        public String toString() {
            return "Choice[" + host + ":" + port + "]";
        }
    }

    private final MailClient client;
    private final Choice choice;

    public MailServer(Vertx vertx, Choice choice) {
        this(vertx, choice, null);
    }

    /** @param trusted whose certificates are believed; null: those that the JDK believes */
    MailServer(Vertx vertx, Choice choice, @Nullable TrustOptions trusted) {
        this.choice = choice;
        MailConfig config = config(choice);
        this.client = MailClient.create(vertx, trusted == null ? config : config.setTrustOptions(trusted));
    }

    /** The client checks the name in the certificate by default; setting a check explicitly would switch that off. */
    private static MailConfig config(Choice choice) {
        MailConfig config = new MailConfig()
                .setHostname(choice.host())
                .setPort(choice.port())
                .setOwnHostname(choice.ownName())
                .setSsl(choice.protection() == Protection.IMPLICIT)
                .setStarttls(
                        choice.protection() == Protection.STARTTLS
                                ? StartTLSOptions.REQUIRED
                                : StartTLSOptions.DISABLED)
                .setKeepAlive(false)
                .setConnectTimeout(CONNECT_MILLIS)
                .setIdleTimeout(IDLE_SECONDS)
                .setIdleTimeoutUnit(TimeUnit.SECONDS)
                .setUserAgent("tollgate")
                .setLogin(choice.user() == null ? LoginOption.DISABLED : LoginOption.REQUIRED);
        return choice.user() == null
                ? config
                : config.setUsername(choice.user()).setPassword(choice.password());
    }

    /** The mail was not accepted. */
    static final class NotSent extends Exception {

        private static final long serialVersionUID = 1;

        private final boolean isFinal;

        NotSent(String reason, boolean isFinal) {
            super(reason, null, false, false);
            this.isFinal = isFinal;
        }

        /** Returns whether the mail would be refused again. */
        boolean isFinal() {
            return isFinal;
        }
    }

    /** Returns once the server has taken it. @param id stays the same where a mail is sent twice */
    void send(Letter letter, String id) throws NotSent {
        MailMessage message = new MailMessage()
                .setFrom(choice.from())
                .setTo(letter.to())
                .setSubject(letter.subject())
                .setText(letter.text())
                .addHeader("Message-ID", "<" + id + "@" + choice.ownName() + ">")
                .addHeader("Auto-Submitted", "auto-generated");
        try {
            client.sendMail(message)
                    .timeout(SECONDS_MAX, TimeUnit.SECONDS)
                    .toCompletionStage()
                    .toCompletableFuture()
                    .join();
        } catch (CompletionException e) {
            throw notSent(e.getCause() == null ? e : e.getCause());
        }
    }

    private NotSent notSent(Throwable cause) {
        if (cause instanceof SMTPException refused) {
            // 550 to 554 refuse this mail for good. Other refusals, for example because of the password, can be
            // repaired.
            boolean isFinal = refused.getReplyCode() >= 550 && refused.getReplyCode() <= 554;
            return new NotSent(
                    withoutPassword(
                            "The mail server answered: " + refused.getReplyCode() + " " + refused.getReplyMessage()),
                    isFinal);
        }
        return new NotSent(withoutPassword("The mail server could not be used: " + cause.getMessage()), false);
    }

    /** Returns a reason without the password, which a careless server may repeat. */
    private String withoutPassword(String reason) {
        String password = choice.password();
        return Letter.inLine(password == null ? reason : reason.replace(password, "…"), REASON_CHARS_MAX);
    }

    @Override
    public void close() {
        // It stumbles over a connection that has not come to be; what is under way ends with the loops.
        client.close()
                .otherwiseEmpty()
                .toCompletionStage()
                .toCompletableFuture()
                .join();
    }
}
