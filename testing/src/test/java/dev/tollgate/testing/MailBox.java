package dev.tollgate.testing;

import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import jakarta.mail.Message;
import jakarta.mail.MessagingException;
import jakarta.mail.internet.MimeMessage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A real SMTP server on this machine, and what it was given. */
public final class MailBox implements AutoCloseable {

    public static final String SITE = "https://ai.example.org";
    public static final String FROM = "tollgate@example.org";

    private static final int WAIT_MILLIS = 60_000;
    private static final Pattern LINK = Pattern.compile(Pattern.quote(SITE) + "(/(?:confirm|reset|invite)/\\S+)");

    private final List<MimeMessage> before = new ArrayList<>();
    private GreenMail server;
    private int port;

    public MailBox() {
        server = open(0);
    }

    private GreenMail open(int chosen) {
        GreenMail opened = new GreenMail(new ServerSetup(chosen, "127.0.0.1", ServerSetup.PROTOCOL_SMTP));
        opened.start();
        port = opened.getSmtp().getPort();
        return opened;
    }

    /** Closes the port: later connections are refused. */
    public void shut() {
        before.addAll(Arrays.asList(server.getReceivedMessages()));
        server.stop();
    }

    public void reopen() {
        server = open(port);
    }

    /** How many mails have come until now. */
    public int count() {
        return before.size() + server.getReceivedMessages().length;
    }

    /** Settings with which mails come here. */
    public String[] settings(String... more) {
        List<String> settings = new ArrayList<>(List.of(
                "public.url", SITE, "mail.host", "127.0.0.1", "mail.port", Integer.toString(port), "mail.from", FROM));
        settings.addAll(List.of(more));
        return settings.toArray(String[]::new);
    }

    /** All that came to an address, once there are so many. */
    public List<MimeMessage> to(String address, int count) {
        long end = System.currentTimeMillis() + WAIT_MILLIS;
        while (true) {
            List<MimeMessage> found = now(address);
            if (found.size() >= count || System.currentTimeMillis() > end) {
                if (found.size() != count) {
                    throw new AssertionError(found.size() + " mails to " + address + ", not " + count);
                }
                return found;
            }
            server.waitForIncomingEmail(50, server.getReceivedMessages().length + 1);
        }
    }

    /** What has come until now. */
    public List<MimeMessage> now(String address) {
        return Stream.concat(before.stream(), Arrays.stream(server.getReceivedMessages()))
                .filter(mail -> recipient(mail).equals(address))
                .toList();
    }

    /** The path of the link in the newest mail to an address. */
    public String link(String address, int count) {
        String text = text(to(address, count).getLast());
        Matcher link = LINK.matcher(text);
        if (!link.find()) {
            throw new AssertionError("no link: " + text);
        }
        return link.group(1);
    }

    public static String text(MimeMessage mail) {
        try {
            return mail.getContent().toString();
        } catch (IOException | MessagingException e) {
            throw new AssertionError(e);
        }
    }

    private static String recipient(MimeMessage mail) {
        try {
            return mail.getRecipients(Message.RecipientType.TO)[0].toString();
        } catch (MessagingException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        server.stop();
    }
}
