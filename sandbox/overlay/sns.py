"""SNS: what an e-mail's reader has not confirmed stays pending; a topic is not created twice with other settings."""

from .delays import lasts
from .hook import backend, before, fail, given, op
from .later import after

FORGOTTEN = lasts("SUBSCRIPTION_FORGOTTEN", 3 * 86400)
TO_CONFIRM = ("email", "email-json", "http", "https")


@before("sns", "create_topic")
def _(response):
    wish = given(response)
    known = backend(response, "sns").topics.get(f"arn:aws:sns:{response.region}:{response.current_account}:{wish['Name']}")
    if known is None:
        return
    live = {"DisplayName": known.display_name, "KmsMasterKeyId": known.kms_master_key_id, "DeliveryPolicy": known.delivery_policy}
    for name, value in (wish.get("Attributes") or {}).items():
        if name in live and live[name] != value:
            raise fail("InvalidParameter", "Invalid parameter: Attributes Reason: Topic already exists with different attributes")
    if "Tags" in wish and {tag["Key"]: tag["Value"] for tag in wish["Tags"]} != known._tags:
        raise fail("InvalidParameter", "Invalid parameter: Tags Reason: Topic already exists with different tags")


def _pending(subscription):
    return str(subscription.attributes.get("PendingConfirmation")).lower() == "true"


@op("sns", "subscribe")
def _(response, original):
    wish, store = given(response), backend(response, "sns")
    known = store._find_subscription(wish["TopicArn"], wish.get("Endpoint"), wish["Protocol"]) if wish["TopicArn"] in store.topics else None
    original()
    subscription = store._find_subscription(wish["TopicArn"], wish.get("Endpoint"), wish["Protocol"])
    if known is None and wish["Protocol"] in TO_CONFIRM:
        subscription.attributes |= {"PendingConfirmation": "true", "ConfirmationWasAuthenticated": "false"}

        def forget(moment):
            if _pending(subscription):
                store.subscriptions.pop(subscription.arn, None)

        after(response.current_account, FORGOTTEN, forget)
    shown = not _pending(subscription) or wish.get("ReturnSubscriptionArn")
    return {"SubscriptionArn": subscription.arn if shown else "pending confirmation"}


@op("sns", "confirm_subscription")
def _(response, original):
    """No mail is sent: the token that it would bring is the address."""
    wish, store = given(response), backend(response, "sns")
    topic = store.get_topic(wish["TopicArn"])
    found = next((one for one in store.subscriptions.values() if one.topic is topic and one.endpoint == wish["Token"]), None)
    if found is None:
        raise fail("InvalidParameter", "Invalid parameter: Token")
    found.attributes |= {"PendingConfirmation": "false"}
    return {"SubscriptionArn": found.arn}


def _view(subscription):
    return {
        "SubscriptionArn": "PendingConfirmation" if _pending(subscription) else subscription.arn,
        "Owner": subscription.owner,
        "Protocol": subscription.protocol,
        "Endpoint": subscription.endpoint,
        "TopicArn": subscription.topic_arn,
    }


@op("sns", "list_subscriptions")
def _(response, original):
    return {"Subscriptions": [_view(one) for one in backend(response, "sns").subscriptions.values()]}


@op("sns", "list_subscriptions_by_topic")
def _(response, original):
    store = backend(response, "sns")
    topic = store.get_topic(given(response)["TopicArn"])
    return {"Subscriptions": [_view(one) for one in store.subscriptions.values() if one.topic is topic]}


@before("sns", "unsubscribe", "get_subscription_attributes", "set_subscription_attributes")
def _(response):
    if not given(response)["SubscriptionArn"].startswith("arn:"):
        raise fail("InvalidParameter", "Invalid parameter: SubscriptionArn Reason: An ARN must have at least 6 elements, not 1")


@before("sns", "get_topic_attributes")
def _(response):
    store = backend(response, "sns")
    topic = store.topics.get(given(response)["TopicArn"])
    if topic:
        mine = [one for one in store.subscriptions.values() if one.topic is topic]
        topic.subscriptions_pending = sum(_pending(one) for one in mine)
        topic.subscriptions_confimed = len(mine) - topic.subscriptions_pending
