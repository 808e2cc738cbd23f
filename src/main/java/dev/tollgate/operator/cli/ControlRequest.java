package dev.tollgate.operator.cli;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.tollgate.operator.admin.AdminViews.AccountLimitsChange;
import dev.tollgate.operator.admin.AdminViews.KeyChange;
import dev.tollgate.operator.admin.AdminViews.KeyChoice;
import dev.tollgate.operator.admin.AdminViews.UsageCorrection;
import dev.tollgate.operator.admin.Administration;
import dev.tollgate.operator.admin.Refused;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What is asked over the control socket: a method of {@link Administration} with its arguments. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "command")
@JsonSubTypes({
    @JsonSubTypes.Type(value = ControlRequest.CreateAccount.class, name = "account.create"),
    @JsonSubTypes.Type(value = ControlRequest.Accounts.class, name = "account.list"),
    @JsonSubTypes.Type(value = ControlRequest.Grant.class, name = "account.grant"),
    @JsonSubTypes.Type(value = ControlRequest.CorrectUsage.class, name = "usage.rebuild"),
    @JsonSubTypes.Type(value = ControlRequest.Limits.class, name = "account.limits"),
    @JsonSubTypes.Type(value = ControlRequest.LimitAccount.class, name = "account.limit"),
    @JsonSubTypes.Type(value = ControlRequest.CreateKey.class, name = "key.create"),
    @JsonSubTypes.Type(value = ControlRequest.Keys.class, name = "key.list"),
    @JsonSubTypes.Type(value = ControlRequest.SetKey.class, name = "key.set"),
    @JsonSubTypes.Type(value = ControlRequest.DisableKey.class, name = "key.disable"),
    @JsonSubTypes.Type(value = ControlRequest.RotateKey.class, name = "key.rotate"),
    @JsonSubTypes.Type(value = ControlRequest.ResetOperator.class, name = "operator.reset"),
    @JsonSubTypes.Type(value = ControlRequest.SetRole.class, name = "person.role"),
    @JsonSubTypes.Type(value = ControlRequest.Invite.class, name = "account.invite"),
    @JsonSubTypes.Type(value = ControlRequest.ResetLink.class, name = "account.reset_link"),
    @JsonSubTypes.Type(value = ControlRequest.TestMail.class, name = "mail.test"),
    @JsonSubTypes.Type(value = ControlRequest.BeSandbox.class, name = "installation.sandbox")
})
sealed interface ControlRequest {

    Object on(Administration administration) throws Refused;

    record CreateAccount(String name, long creditsMicros) implements ControlRequest {

        public CreateAccount {
            Objects.requireNonNull(name);
        }

        @Override
        public Object on(Administration administration) throws Refused {
            return administration.createAccount(name, creditsMicros);
        }
    }

    record Accounts(@Nullable String after, int limit) implements ControlRequest {

        @Override
        public Object on(Administration administration) throws Refused {
            return administration.accounts(after, limit);
        }
    }

    record Grant(String account, long creditsMicros, String reason) implements ControlRequest {

        public Grant {
            Objects.requireNonNull(account);
            Objects.requireNonNull(reason);
        }

        @Override
        public Object on(Administration administration) throws Refused {
            return administration.grant(account, creditsMicros, reason);
        }
    }

    record CorrectUsage(UsageCorrection correction) implements ControlRequest {

        public CorrectUsage {
            Objects.requireNonNull(correction);
        }

        @Override
        public Object on(Administration administration) throws Refused {
            return administration.correctUsage(correction);
        }
    }

    record Limits(String account) implements ControlRequest {

        public Limits {
            Objects.requireNonNull(account);
        }

        @Override
        public Object on(Administration administration) throws Refused {
            return administration.accountLimits(account);
        }
    }

    record LimitAccount(String account, AccountLimitsChange change, String reason) implements ControlRequest {

        public LimitAccount {
            Objects.requireNonNull(account);
            Objects.requireNonNull(change);
            Objects.requireNonNull(reason);
        }

        @Override
        public Object on(Administration administration) throws Refused {
            return administration.limitAccount(account, change, reason);
        }
    }

    record CreateKey(String account, KeyChoice choice) implements ControlRequest {

        public CreateKey {
            Objects.requireNonNull(account);
            Objects.requireNonNull(choice);
        }

        @Override
        public Object on(Administration administration) throws Refused {
            return administration.createKey(account, choice);
        }
    }

    record Keys(@Nullable String account, @Nullable String after, int limit) implements ControlRequest {

        @Override
        public Object on(Administration administration) throws Refused {
            return administration.keys(account, after, limit);
        }
    }

    record SetKey(String key, KeyChange change) implements ControlRequest {

        public SetKey {
            Objects.requireNonNull(key);
            Objects.requireNonNull(change);
        }

        @Override
        public Object on(Administration administration) throws Refused {
            return administration.setKey(key, change);
        }
    }

    record RotateKey(String key, long graceSeconds) implements ControlRequest {

        public RotateKey {
            Objects.requireNonNull(key);
        }

        @Override
        public Object on(Administration administration) throws Refused {
            return administration.rotateKey(key, graceSeconds);
        }
    }

    record ResetOperator() implements ControlRequest {

        @Override
        public Object on(Administration administration) throws Refused {
            return administration.resetOperator();
        }
    }

    record SetRole(String login, String role, String reason) implements ControlRequest {

        public SetRole {
            Objects.requireNonNull(login);
            Objects.requireNonNull(role);
            Objects.requireNonNull(reason);
        }

        @Override
        public Object on(Administration administration) throws Refused {
            return administration.setRole(login, role, reason);
        }
    }

    record Invite(String email, @Nullable String account, String reason) implements ControlRequest {

        public Invite {
            Objects.requireNonNull(email);
            Objects.requireNonNull(reason);
        }

        @Override
        public Object on(Administration administration) throws Refused {
            return administration.invite(email, account, reason);
        }
    }

    record ResetLink(String login, String reason) implements ControlRequest {

        public ResetLink {
            Objects.requireNonNull(login);
            Objects.requireNonNull(reason);
        }

        @Override
        public Object on(Administration administration) throws Refused {
            return administration.resetLink(login, reason);
        }
    }

    record TestMail(String to) implements ControlRequest {

        public TestMail {
            Objects.requireNonNull(to);
        }

        @Override
        public Object on(Administration administration) throws Refused {
            return administration.testMail(to);
        }
    }

    record BeSandbox(String reason) implements ControlRequest {

        public BeSandbox {
            Objects.requireNonNull(reason);
        }

        @Override
        public Object on(Administration administration) throws Refused {
            return administration.beSandbox(reason);
        }
    }

    record DisableKey(String key) implements ControlRequest {

        public DisableKey {
            Objects.requireNonNull(key);
        }

        @Override
        public Object on(Administration administration) throws Refused {
            return administration.disableKey(key);
        }
    }
}
