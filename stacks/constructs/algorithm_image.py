"""The algorithm's image and its repository for whichever region the stack is deployed to."""

from collections.abc import Mapping

from aws_cdk import Aws, CfnMapping, Stack, Token
from constructs import Construct

from stacks.settings.parsing import SettingRefused


class AlgorithmImage(Construct):
    """``uri`` and ``repository_arn``: fixed for a known region, else looked up at deployment."""

    def __init__(self, scope: Construct, construct_id: str, images: Mapping[str, str]) -> None:
        """``images`` maps each region to its image URI, ``<account>.dkr.ecr.…/<name>:<tag>``."""
        super().__init__(scope, construct_id)
        stack = Stack.of(self)
        if Token.is_unresolved(stack.region):
            mapping = CfnMapping(
                self,
                "ByRegion",
                mapping={
                    region: {"uri": uri, "account": _account(uri)} for region, uri in images.items()
                },
            )
            self.uri = mapping.find_in_map(Aws.REGION, "uri")
            account = mapping.find_in_map(Aws.REGION, "account")
        elif stack.region in images:
            self.uri = images[stack.region]
            account = _account(self.uri)
        else:
            raise SettingRefused(
                f"region = {stack.region}: SageMaker's object-detection algorithm is not there;"
                f" must be one of {', '.join(images)}"
            )
        repository = next(iter(images.values())).rpartition("/")[2].partition(":")[0]
        self.repository_arn = stack.format_arn(
            service="ecr", account=account, resource="repository", resource_name=repository
        )


def _account(uri: str) -> str:
    return uri.partition(".")[0]
