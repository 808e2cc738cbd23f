package dev.tollgate.testing;

import dev.tollgate.books.auditlog.Actor;
import dev.tollgate.books.grants.CreditGrant.Kind;
import dev.tollgate.books.grants.GrantTerms;
import dev.tollgate.books.ledger.Account;
import dev.tollgate.keys.Key;
import dev.tollgate.keys.KeyResult;
import dev.tollgate.keys.KeySettings;
import dev.tollgate.models.prices.ModelPatterns;
import dev.tollgate.operator.admin.By;
import dev.tollgate.operator.admin.accounts.OperatorLinks;
import dev.tollgate.operator.admin.accounts.OperatorPeople;
import dev.tollgate.operator.admin.actions.Administration;
import java.time.Duration;
import java.util.function.UnaryOperator;

/** The commands of the command line against a running server, over its private socket. */
public record Commands(Administration administration) {

    private static final By COMMAND = By.of(Actor.CONTROL_SOCKET);

    private static By by(String reason) {
        return By.of(Actor.CONTROL_SOCKET, reason);
    }

    public Account createAccount(String name, long creditsMicros) {
        return administration.deeds().createAccount(COMMAND, name, creditsMicros);
    }

    public Account grant(String accountId, long creditsMicros, String reason) {
        GrantTerms general = GrantTerms.of(Kind.GIFT, ModelPatterns.EVERY, null);
        return administration
                .deeds()
                .grant(by(reason), accountId, creditsMicros, general)
                .account();
    }

    public KeyResult.Made createKey(String accountId, KeySettings settings) {
        return administration.keys().create(COMMAND, accountId, settings);
    }

    public Key setKey(String keyId, UnaryOperator<KeySettings> edit) {
        return administration.keys().set(COMMAND, keyId, edit, null);
    }

    public Key disableKey(String keyId) {
        return administration.keys().disable(COMMAND, keyId);
    }

    public KeyResult.Made rotateKey(String keyId, long graceSeconds) {
        return administration.keys().rotate(COMMAND, keyId, Duration.ofSeconds(graceSeconds));
    }

    public OperatorPeople.NewPassword resetOperator() {
        return administration.people().resetOperator(COMMAND);
    }

    public OperatorLinks.MadeLink invite(String email, String accountId, String reason) {
        return administration.links().invite(by(reason), email, accountId);
    }

    public void testMail(String email) {
        administration.links().testMail(COMMAND, email);
    }

    public boolean beSandbox(String reason) {
        return administration.maintenance().becomeSandbox(by(reason));
    }
}
