package dev.tollgate.app;

import dev.tollgate.base.config.Secret;
import dev.tollgate.base.config.Settings;
import dev.tollgate.base.loops.EventLoops;
import dev.tollgate.customers.mail.Letters;
import dev.tollgate.customers.mail.MailRounds;
import dev.tollgate.customers.mail.MailServer;
import java.net.URI;
import java.time.InstantSource;

/** Mails: how they are written here, and who sends them. */
public final class Mailing {

    private Mailing() {}

    public static Letters letters(Settings settings) {
        return new Letters(settings.pages().brand(), settings.pages().publicUrl());
    }

    /** Sends mails from now on, where that was chosen. */
    static void begin(Settings settings, Store store, EventLoops loops, InstantSource clock, Opened opened) {
        Settings.Mail chosen = settings.mail();
        URI site = settings.pages().publicUrl();
        if (chosen == null || site == null) {
            return;
        }
        Secret password = chosen.password();
        MailServer server = opened.add(
                new MailServer(
                        loops.vertx(),
                        new MailServer.Choice(
                                chosen.host(),
                                chosen.port(),
                                MailServer.Protection.of(chosen.tls(), chosen.host(), chosen.port()),
                                chosen.user(),
                                password == null ? null : password.value(),
                                chosen.from(),
                                site.getHost())),
                MailServer::close);
        MailRounds rounds =
                opened.add(new MailRounds(store.outbox(), store.writer(), server, clock), MailRounds::close);
        loops.every(MailRounds.EVERY, "send-mails", rounds::begin);
        rounds.begin();
    }
}
