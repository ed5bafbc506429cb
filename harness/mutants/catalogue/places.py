"""Where DIRAC's code stands that mutants change, and which operations go through it: short names."""

from __future__ import annotations

_RSS = "DIRAC/ResourceStatusSystem"

BASE = "DIRAC/Core/Base/SQLAlchemyDB.py"
STATUS_DB = f"{_RSS}/DB/ResourceStatusDB.py"
MANAGEMENT_DB = f"{_RSS}/DB/ResourceManagementDB.py"
STATUS_HANDLER = f"{_RSS}/Service/ResourceStatusHandler.py"
MANAGEMENT_HANDLER = f"{_RSS}/Service/ResourceManagementHandler.py"
PUBLISHER_HANDLER = f"{_RSS}/Service/PublisherHandler.py"
SERVER = "DIRAC/Core/Tornado/Server/private/BaseRequestHandler.py"
HTTPS_CLIENT = "DIRAC/Core/Tornado/Client/private/TornadoBaseClient.py"
DISET_ENCODING = "DIRAC/Core/Utilities/MixedEncode.py"
DISET_TRANSPORT = "DIRAC/Core/DISET/private/Transports/BaseTransport.py"
DISET_HANDLER = "DIRAC/Core/DISET/RequestHandler.py"
JSON_ENCODING = "DIRAC/Core/Utilities/JEncode.py"
DISET_CODEC = "DIRAC/Core/Utilities/DEncode.py"
STATUS_CLIENT = f"{_RSS}/Client/ResourceStatusClient.py"
MANAGEMENT_CLIENT = f"{_RSS}/Client/ResourceManagementClient.py"
CLIENT_CACHE = f"{_RSS}/Utilities/RSSCacheNoThread.py"
ENFORCEMENT = f"{_RSS}/PolicySystem/PEP.py"
STATUS_ACTION = f"{_RSS}/PolicySystem/Actions/LogStatusAction.py"
RESULT_ACTION = f"{_RSS}/PolicySystem/Actions/LogPolicyResultAction.py"
EMAIL_ACTION = f"{_RSS}/PolicySystem/Actions/EmailAction.py"
DOWNTIME_COMMAND = f"{_RSS}/Command/DowntimeCommand.py"
#: no part of the RSS
TRANSFORMATION_CLIENT = "DIRAC/TransformationSystem/Client/TransformationClient.py"

#: methods that changes go into
SELECT, INSERT, DELETE = (f"SQLAlchemyDB.{name}" for name in ("select", "insert", "delete"))
CONNECT = "SQLAlchemyDB._initializeConnection"
STATUS_MODIFY = "ResourceStatusDB.addOrModify"
MANAGEMENT_MODIFY = "ResourceManagementDB.addOrModify"
STATUS_SELECT = "ResourceStatusHandlerMixin.export_select"
MANAGEMENT_SELECT = "ResourceManagementHandlerMixin.export_select"
EXECUTE = "BaseRequestHandler._executeMethod"
GET_TREE = "PublisherHandlerMixin.export_getTree"
GET_STATUSES = "PublisherHandlerMixin.export_getElementStatuses"

#: operations
STATUS_SELECTS = "ResourceStatus.select *"
MANAGEMENT_SELECTS = "ResourceManagement.select *"
STATUS_MODIFIES = "ResourceStatus.addOrModify *"
MANAGEMENT_MODIFIES = "ResourceManagement.addOrModify *"
#: every call of the Publisher makes calls of the others
PUBLISHER = "Publisher.*"
PUBLISHER_WRITES = "Publisher.set*"
SELECTS = (STATUS_SELECTS, MANAGEMENT_SELECTS)
EVERYTHING = ("*",)

#: releases in which the common base and the database classes read the same
SINCE_7_3 = ("7.3.38", "8.0.86")
SINCE_8_0 = ("8.0.86",)
